/** A purchase as it goes over the wire, in two parts: between them stands the number that makes the buyer's name new. */
export const purchaseText = (productId: string, prefix: string): readonly [head: string, tail: string] => {
  const body = JSON.stringify({ productId });
  return [
    "POST /api/v1/sale/purchase HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${String(body.length)}\r\nx-user-id: ${prefix}-`,
    `\r\n\r\n${body}`,
  ];
};
