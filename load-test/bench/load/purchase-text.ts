/** A purchase as it goes over the wire, in two parts: between them stands what makes the buyer's name new, as a number. */
export const purchaseText = (productId: string, namesBegin: string): readonly [head: string, tail: string] => {
  const body = JSON.stringify({ productId });
  return [
    "POST /api/v1/sale/purchase HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${String(body.length)}\r\nx-user-id: ${namesBegin}`,
    `\r\n\r\n${body}`,
  ];
};
