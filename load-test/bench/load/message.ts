/** What one process of the bench tells another. @throws Error where a part of it is missing */
export const decodeMessage = <Message extends object>(
  what: string,
  json: string,
  parts: readonly (keyof Message & string)[],
): Message => {
  const found = JSON.parse(json) as Partial<Message>;
  if (!isWhole(found, parts)) throw new Error(`not ${what}: ${json.slice(0, 400)}`);
  return found;
};

const isWhole = <Message extends object>(
  found: Partial<Message>,
  parts: readonly (keyof Message)[],
): found is Message => parts.every((part) => found[part] !== undefined);
