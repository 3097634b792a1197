/** How many bought. Throws where anybody was answered otherwise, or nobody was at all. */
export const soldOf = (who: string, statuses: Readonly<Record<string, number>>): number => {
  const { 201: sold = 0, ...others } = statuses;
  if (sold === 0 || Object.keys(others).length > 0)
    throw new Error(`${who}: every answer must be a 201, and these came: ${JSON.stringify(statuses)}`);
  return sold;
};
