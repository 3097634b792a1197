import { rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Writes a file beside its place and moves it there when it is whole: neither Ctrl-C nor a fault leaves a half one. */
export async function toFile(path: string, text: AsyncIterable<string>): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const stop = onSignals((exitCode) => {
    rmSync(part, { force: true });
    process.exit(exitCode);
  });
  try {
    const file = await open(part, "w");
    await pipeline(Readable.from(text), file.createWriteStream({ flush: true }));
    await rename(part, path);
  } catch (fault) {
    await rm(part, { force: true });
    throw fault;
  } finally {
    stop();
  }
}

/** Writes to stdout as fast as it is read. A reader that has seen enough (`| head`) is no fault. */
export async function toStdout(text: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false });
  } catch (fault) {
    if (!(fault instanceof Error && "code" in fault && fault.code === "EPIPE")) throw fault;
  }
}

function onSignals(act: (exitCode: number) => void): () => void {
  const listeners = Object.entries(SIGNALS).map(([signal, exitCode]) => ({ signal, listener: () => act(exitCode) }));
  for (const { signal, listener } of listeners) process.on(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}
