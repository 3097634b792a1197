/** Whether a fault is the system's of that code: ENOENT, EEXIST. */
export function isCode(fault: unknown, code: string): boolean {
  return fault instanceof Error && "code" in fault && fault.code === code;
}
