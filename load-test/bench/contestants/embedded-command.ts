/** What the bench asks of the embedded contestant: a product of so many units, or a round of purchases. */
export type EmbeddedCommand =
  | { readonly open: number }
  | { readonly productId: string; readonly buyers: number; readonly atOnce: number; readonly prefix: string };

export const decodeEmbedded = (json: string): EmbeddedCommand => {
  const command = JSON.parse(json) as {
    open?: number;
    productId?: string;
    buyers?: number;
    atOnce?: number;
    prefix?: string;
  };
  const { open, productId, buyers, atOnce, prefix } = command;
  if (open !== undefined) return { open };
  if (productId === undefined || buyers === undefined || atOnce === undefined || prefix === undefined)
    throw new Error(`not a command: ${json}`);
  return { productId, buyers, atOnce, prefix };
};
