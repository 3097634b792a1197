/** Length of the first whole answer in `text`, or 0 while there is none. */
export const wholeAnswer = (text: string): number => {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return 0;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, headEnd + 2))?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${text.slice(0, headEnd)}`);
  const end = headEnd + 4 + Number(length);
  return text.length >= end ? end : 0;
};

/** Where the status stands: "HTTP/1.1 201 Created". */
export const statusOf = (text: string): string => text.slice(9, 12);
