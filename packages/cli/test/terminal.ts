import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { Variables } from "./cli.js";

/** A real terminal with a shell in it: what is typed comes from its keys, what is read is what a person would see. */
export interface Terminal {
  /** A line, and Enter. */
  type(line: string): Promise<void>;
  /** Keys by tmux' names: "C-c", "Tab". Anything else is typed as it stands. */
  press(...keys: string[]): Promise<void>;
  screen(): Promise<string>;
  /** The screen with the sequences that paint it. */
  painted(): Promise<string>;
  /** Waits until the screen fits; answers it. */
  until(fits: (screen: string) => boolean): Promise<string>;
  /** Types a line on an empty screen, and waits for what it says and its exit code. */
  run(line: string): Promise<Ran>;
  /** The exit code of what `type` began, once that has ended. */
  ended(): Promise<Ran>;
  resize(columns: number): Promise<void>;
  showsCursor(): Promise<boolean>;
  close(): Promise<void>;
}

interface Ran {
  readonly screen: string;
  readonly code: number;
}

interface Shape {
  readonly columns: number;
  /** With its arguments. */
  readonly shell: readonly string[];
  readonly variables: Variables;
  readonly cwd: string;
}

const ROWS = 24;
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 40;

export async function openTerminal({ columns, shell, variables, cwd }: Shape): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-terminal-"));
  writeFileSync(join(folder, "conf"), "set -g status off\nset -g default-terminal screen\nset -s escape-time 0\n");
  const server = ["-S", join(folder, "socket"), "-f", join(folder, "conf"), "-u"];
  const tmux = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)("tmux", [...server, ...words])).stdout;
  const environment = Object.entries({ TERM: "screen", LANG: "C.UTF-8", PS1: "$ ", ...variables });
  const session = ["new-session", "-d", "-x", String(columns), "-y", String(ROWS), "-c", cwd];
  await tmux(...session, "env", "-i", ...environment.map(([name, value]) => `${name}=${value}`), ...shell);

  const screen = (): Promise<string> => tmux("capture-pane", "-p");
  const press = async (...keys: string[]): Promise<void> => {
    await tmux("send-keys", ...keys);
  };
  const type = async (line: string): Promise<void> => {
    await tmux("send-keys", "-l", line);
    await press("Enter");
  };
  const until = async (fits: (screen: string) => boolean): Promise<string> => {
    for (const untilMs = performance.now() + PATIENCE_MS; ;) {
      const seen = await screen();
      if (fits(seen)) return seen;
      if (performance.now() > untilMs) throw new Error(`The terminal never showed what was waited for, but:\n${seen}`);
      await setTimeout(LOOK_AGAIN_MS);
    }
  };
  let begun = 0;
  const ended = async (): Promise<Ran> => {
    const end = new RegExp(`^end of ${begun}: (\\d+)$`, "m");
    const seen = await until((text) => end.test(text));
    return { screen: seen, code: Number(end.exec(seen)?.[1]) };
  };
  const begin = async (line: string): Promise<void> => {
    begun += 1;
    // At once, so that nobody takes what is left of the line before for this one's.
    await tmux("send-keys", "-R");
    await type(`clear; ${line}; echo end of ${begun}: $?`);
  };
  await until((text) => text.includes("$"));
  return {
    type: begin,
    press,
    screen,
    painted: () => tmux("capture-pane", "-p", "-e"),
    until,
    async run(line) {
      await begin(line);
      return ended();
    },
    ended,
    async resize(to) {
      await tmux("resize-window", "-x", String(to), "-y", String(ROWS));
    },
    showsCursor: async () => (await tmux("display-message", "-p", "#{cursor_flag}")).trim() === "1",
    async close() {
      await tmux("kill-server");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
