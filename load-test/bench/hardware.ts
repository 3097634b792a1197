import { cpus, totalmem } from "node:os";

/** One line that says what a figure was measured on. */
export const hardware = (): string => {
  const [first] = cpus();
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const cores = `${String(cpus().length)} core${cpus().length === 1 ? "" : "s"}`;
  return `${first?.model.trim() ?? "an unknown processor"}, ${cores}, ${String(memoryGib)} GiB, ${process.platform}, Node ${process.versions.node}`;
};
