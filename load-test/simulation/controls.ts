import { keepEvidence, origin } from "../evidence.js";

/** A guard of the protocol that was taken out of a simulated world, and what the checks made of it. */
export interface GuardShown {
  readonly built: string;
  readonly guard: string;
  readonly invariant: string;
  /** The first seed that finds it. */
  readonly seed: number;
}

interface Controls {
  readonly controls: readonly { readonly built: string; readonly guard: string }[];
  runControl(control: unknown): Promise<GuardShown | null>;
}

/** The table is a test's: it is made of the core's tests, which are no part of any package. */
const TABLE = new URL("../../../packages/core/dist-test/simulation-controls.js", import.meta.url).href;

/** Every negative control of the simulator. Answers 1 where one stays green. */
export const runControls = async (write: boolean, say: (line: string) => void): Promise<number> => {
  const { controls, runControl } = (await import(TABLE)) as Controls;
  const shown: GuardShown[] = [];
  for (const control of controls) {
    const found = await runControl(control);
    say(
      found === null
        ? `GREEN  ${control.built}`
        : `red    ${control.built}: ${found.invariant}, seed ${String(found.seed)}`,
    );
    if (found !== null) shown.push(found);
  }
  say(`${String(shown.length)} of ${String(controls.length)} are red`);
  if (write) keepEvidence("simulation-controls", { ...origin("npm run sim -- --controls --write"), guards: shown });
  return shown.length === controls.length ? 0 : 1;
};
