import { execFile } from "node:child_process";
import { promisify } from "node:util";

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** npm hands its own settings to its scripts as variables; another npm or pnpm would obey them by mistake. */
const withoutNpm = (): NodeJS.ProcessEnv => {
  const isNpms = (name: string): boolean => /^npm_(config|package|lifecycle)_/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isNpms(name)));
};

/** Runs a program to its end and answers its stdout. Throws with all it printed where it ended with another code than 0. */
export const run = async (command: string, args: readonly string[], { cwd, env }: RunOptions): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      env: { ...withoutNpm(), ...env },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(" ")} failed:\n${stdout}${stderr}`.trimEnd(), { cause: error });
  }
};
