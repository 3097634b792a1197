import type { Sequence, Step } from "./operation.js";

/** Leaves steps and operations out while the rest still differs: first large parts, in the end one by one. */
export async function shrink(sequence: Sequence, differs: (shorter: Sequence) => Promise<boolean>): Promise<Sequence> {
  let steps = sequence.steps;
  const attempt = async (shorter: readonly Step[]): Promise<boolean> => {
    if (!(await differs({ ...sequence, steps: shorter }))) return false;
    steps = shorter;
    return true;
  };

  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length;) {
      if (!(await attempt([...steps.slice(0, at), ...steps.slice(at + size)]))) at += size;
    }
  }
  for (let at = 0; at < steps.length; at += 1) {
    for (let one = 0; one < (steps[at]?.operations.length ?? 0);) {
      const step = steps[at];
      if (!step || step.operations.length === 1) break;
      const fewer = { ...step, operations: step.operations.filter((_, index) => index !== one) };
      if (!(await attempt(steps.map((other, index) => (index === at ? fewer : other))))) one += 1;
    }
  }
  return { ...sequence, steps };
}
