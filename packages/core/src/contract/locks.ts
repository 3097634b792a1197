import type { LockName, Locks } from "../ports/locks.js";
import { expect, expectEqual, type ContractCase } from "./case.js";

/** What the suite of Locks needs of a store. */
export interface LocksHarness {
  readonly locks: Locks;
  /** A text that no case had before. */
  newName(): string;
  /** Lets time pass by the store's clock. */
  pass(ms: number): Promise<void>;
}

const LONG_MS = 60_000;
const SHORT_MS = 100;

/** What every Locks must do. */
export const locksContract: ContractCase<LocksHarness>[] = [
  {
    name: "gives a lock to one owner, until that owner lets go",
    async run({ locks, newName }) {
      const name: LockName = [newName(), "1", "ada"];
      expectEqual(await locks.acquire(name, "first", LONG_MS), true, "the first");
      expectEqual(await locks.acquire(name, "second", LONG_MS), false, "the second");
      await locks.release(name, "first");
      expectEqual(await locks.acquire(name, "second", LONG_MS), true, "the second, afterwards");
    },
  },
  {
    name: "gives a lock to one of many who ask at once",
    async run({ locks, newName }) {
      const name: LockName = [newName()];
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => locks.acquire(name, `owner-${index}`, LONG_MS)),
      );
      expectEqual(answers.filter((granted) => granted).length, 1, "granted");
    },
  },
  {
    name: "leaves somebody else's lock alone, and may be asked to let go of what is not there",
    async run({ locks, newName }) {
      const name: LockName = [newName()];
      await locks.release(name, "first");
      await locks.acquire(name, "first", LONG_MS);
      await locks.release(name, "second");
      expectEqual(await locks.acquire(name, "second", LONG_MS), false, "the second");
    },
  },
  {
    name: "lets a lock go by itself when its time is over",
    async run({ locks, newName, pass }) {
      const name: LockName = [newName()];
      await locks.acquire(name, "first", SHORT_MS);
      await pass(SHORT_MS + 5);
      expectEqual(await locks.acquire(name, "second", LONG_MS), true, "the second");
      await locks.release(name, "first");
      expectEqual(await locks.acquire(name, "third", LONG_MS), false, "the third, after the first let go too late");
    },
  },
  {
    name: "renews the owner's own lock",
    async run({ locks, newName, pass }) {
      const name: LockName = [newName()];
      await locks.acquire(name, "first", SHORT_MS);
      expectEqual(await locks.acquire(name, "first", LONG_MS), true, "the first again");
      await pass(SHORT_MS + 5);
      expectEqual(await locks.acquire(name, "second", LONG_MS), false, "the second");
    },
  },
  {
    name: "keeps a renewed lock its owner's, who can let it go",
    async run({ locks, newName }) {
      const name: LockName = [newName()];
      for (const time of ["first", "second", "third"])
        expectEqual(await locks.acquire(name, "owner", LONG_MS), true, `the ${time} time`);
      await locks.release(name, "owner");
      expectEqual(await locks.acquire(name, "other", LONG_MS), true, "another, afterwards");
    },
  },
  {
    name: "keeps names apart whose parts could be joined to the same text",
    async run({ locks, newName }) {
      const first = newName();
      const names: LockName[] = [
        [first],
        [first, "a:b", "c"],
        [first, "a", "b:c"],
        [first, "a:b:c"],
        [first, 'a","b', "c"],
        [first, "a", 'b","c'],
        [`${first}:a`, "b:c"],
        [`${first}}:lock:`, "a"],
        [`{${first}}`, "a"],
        [first, "", "a"],
        [first, "a", ""],
      ];
      for (const name of names)
        expect(await locks.acquire(name, JSON.stringify(name), LONG_MS), "the name is free", name);
      for (const name of names) expect(!(await locks.acquire(name, "another", LONG_MS)), "the name is taken", name);
      for (const name of names) await locks.release(name, JSON.stringify(name));
      for (const name of names) expect(await locks.acquire(name, "another", LONG_MS), "the name is free again", name);
    },
  },
];
