import { rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Writes a file beside its place and moves it there when it is whole: neither Ctrl-C nor a fault leaves a half one. */
export async function toFile(path: string, text: AsyncIterable<string>, interrupted: AbortSignal): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const remove = (): void => rmSync(part, { force: true });
  // Also where the process is ended at once.
  process.on("exit", remove);
  try {
    const file = await open(part, "w");
    await pipeline(Readable.from(text), file.createWriteStream({ flush: true }), { signal: interrupted });
    await rename(part, path);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Writes to stdout as fast as it is read. A reader that has seen enough (`| head`) is no fault. */
export async function toStdout(text: AsyncIterable<string>, interrupted: AbortSignal): Promise<void> {
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false, signal: interrupted });
  } catch (fault) {
    if (!(fault instanceof Error && "code" in fault && fault.code === "EPIPE")) throw fault;
  }
}
