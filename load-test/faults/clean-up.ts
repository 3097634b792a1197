/** What must be undone at the end, the last first. (Node 20 has no AsyncDisposableStack.) */
export interface CleanUp {
  use<T extends AsyncDisposable>(thing: T): T;
  defer(work: () => Promise<void>): void;
  run(): Promise<void>;
}

export const createCleanUp = (): CleanUp => {
  const works: (() => Promise<void>)[] = [];
  return {
    use(thing) {
      works.push(async () => thing[Symbol.asyncDispose]());
      return thing;
    },
    defer(work) {
      works.push(work);
    },
    async run() {
      for (let work = works.pop(); work; work = works.pop()) await work();
    },
  };
};
