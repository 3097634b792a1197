import {
  createGroupCommit,
  DEFAULT_COMMIT_LIMITS,
  StoreRejected,
  StoreUnavailable,
  type CommitAnswer,
  type CommitLimits,
  type Committed,
  type OnBatch,
  type Order,
  type OrderDraft,
} from "@flash-sale/core";
import { expect } from "chai";
import { useFakeTimers, type SinonFakeTimers } from "sinon";

type Batch = readonly OrderDraft[];

const draft = (id: string, facts: Partial<OrderDraft> = {}): OrderDraft => ({
  id,
  productId: "p",
  epoch: 1,
  userId: id,
  quantity: 1,
  priceMinor: 100,
  fingerprint: "1",
  admittedAtMs: 0,
  deadlineMs: 10_000,
  currency: "USD",
  metadata: null,
  ...facts,
});

const created = ({ id }: OrderDraft): CommitAnswer => ({ kind: "order", created: true, order: { id } as Order });
const standing = ({ id }: OrderDraft): CommitAnswer => ({ kind: "order", created: false, order: { id } as Order });

describe("group commit", () => {
  let time: SinonFakeTimers;
  beforeEach(() => (time = useFakeTimers()));
  afterEach(() => time.restore());

  /** A group commit over a store that answers each write as `answer` says. `written` has every batch that was sent. */
  function over(
    answer: (batch: Batch, write: number) => Promise<CommitAnswer[]> | CommitAnswer[],
    limits: Partial<CommitLimits> = {},
    onBatch?: OnBatch,
  ) {
    const written: Batch[] = [];
    const orders = {
      commit: async (_product: string, _epoch: number, batch: Batch) => {
        written.push(batch);
        return answer(batch, written.length);
      },
    };
    const clock = {
      now: () => Date.now(),
      sleep: (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms)),
    };
    const ports = { orders, clock, ...(onBatch && { onBatch }) };
    const commits = createGroupCommit(ports, { ...DEFAULT_COMMIT_LIMITS, ...limits });
    const place = commits.takePlace();
    if (!place) throw new Error("no place");
    return { written, commits, commit: (one: OrderDraft) => place.commit(one) };
  }
  const ids = (written: Batch[]) => written.map((batch) => batch.map(({ id }) => id).join(""));

  it("writes a lone reservation at once, without a timer", async () => {
    const { commit, written } = over((batch) => batch.map(created));
    expect(await commit(draft("a"))).to.deep.include({ kind: "order", created: true });
    expect(ids(written)).to.deep.equal(["a"]);
    expect(time.countTimers()).to.equal(0);
  });

  it("has the next batch on its way before the buyers of the last one hear", async () => {
    const seen: string[] = [];
    const { commit } = over((batch) => {
      seen.push(`write ${batch.map(({ id }) => id).join("")}`);
      return batch.map(created);
    });
    const hear = (id: string) => commit(draft(id)).then(() => seen.push(`hears ${id}`));
    const first = hear("a");
    // Until the first batch has left.
    await Promise.resolve();
    await Promise.all([first, hear("b"), hear("c")]);
    expect(seen).to.deep.equal(["write a", "write bc", "hears a", "hears b", "hears c"]);
  });

  it("writes what waits together, one batch in flight a product, other products meanwhile", async () => {
    let letGo = (): void => undefined;
    const first = new Promise<void>((resolve) => (letGo = resolve));
    const { commit, written } = over(async (batch, write) => {
      if (write === 1) await first;
      return batch.map(created);
    });
    const waiting = [commit(draft("a")), commit(draft("b"))];
    await time.tickAsync(0);
    waiting.push(commit(draft("c")), commit(draft("d")));
    await commit(draft("x", { productId: "cold" }));
    expect(ids(written)).to.deep.equal(["ab", "x"]);
    letGo();
    await Promise.all(waiting);
    expect(ids(written)).to.deep.equal(["ab", "x", "cd"]);
  });

  it("tells of each batch once, however often it is written, and how long its oldest waited", async () => {
    const told: [number, number][] = [];
    const { commit, written } = over(
      async (batch, write) => {
        if (write === 1) throw new StoreUnavailable("orders", "unknown");
        await new Promise((answered) => setTimeout(answered, 30));
        return batch.map(created);
      },
      {},
      (...batch) => void told.push(batch),
    );
    const first = commit(draft("a"));
    await time.tickAsync(10);
    const others = [commit(draft("b")), commit(draft("c"))];
    await time.tickAsync(1_000);
    await Promise.all([first, ...others]);
    expect(ids(written)).to.deep.equal(["a", "a", "bc"]);
    // The pause before the second write, and that write, less the 10 ms after which they came.
    expect(told).to.deep.equal([
      [1, 0],
      [2, DEFAULT_COMMIT_LIMITS.retryDelayMs + 30 - 10],
    ]);
  });

  it("tells of a batch when it has left, so that who counts keeps no store waiting", async () => {
    const seen: string[] = [];
    const answer = (batch: Batch) => {
      seen.push("left");
      return batch.map(created);
    };
    const { commit } = over(answer, {}, () => void seen.push("told"));
    await commit(draft("a"));
    expect(seen).to.deep.equal(["left", "told"]);
  });

  it("tells of no wait below nothing where the clock was set back", async () => {
    const told: number[] = [];
    const { commit } = over(
      async (batch) => {
        await new Promise((answered) => setTimeout(answered, 30));
        return batch.map(created);
      },
      {},
      (_reservations, waitedMs) => void told.push(waitedMs),
    );
    const first = commit(draft("a"));
    await time.tickAsync(1);
    const second = commit(draft("b"));
    time.setSystemTime(Date.now() - 1_000);
    await time.tickAsync(100);
    await Promise.all([first, second]);
    expect(told).to.deep.equal([0, 0]);
  });

  it("bounds a batch by rows, by bytes of metadata, and by epoch", async () => {
    const rows = over((batch) => batch.map(created), { maxBatchRows: 2 });
    await Promise.all(["a", "b", "c", "d", "e"].map((id) => rows.commit(draft(id))));
    expect(ids(rows.written)).to.deep.equal(["ab", "cd", "e"]);

    const bytes = over((batch) => batch.map(created), { maxBatchBytes: 250 });
    await Promise.all(["a", "b", "c"].map((id) => bytes.commit(draft(id, { metadata: { note: "x".repeat(100) } }))));
    expect(ids(bytes.written)).to.deep.equal(["ab", "c"]);

    const epochs = over((batch) => batch.map(created));
    await Promise.all([draft("a"), draft("b", { epoch: 2 }), draft("c", { epoch: 2 })].map(epochs.commit));
    expect(ids(epochs.written)).to.deep.equal(["a", "bc"]);
  });

  it("counts the metadata alone, and fills a batch to the last byte", async () => {
    const full = draft("a", { metadata: { note: "x".repeat(89) } });
    const { commit, written } = over((batch) => batch.map(created), { maxBatchBytes: 100 });
    await Promise.all([full, draft("b"), draft("c"), draft("d", { metadata: {} })].map(commit));
    expect(ids(written)).to.deep.equal(["abc", "d"]);
  });

  it("writes a reservation alone whose metadata is more than a batch may hold", async () => {
    const { commit, written } = over((batch) => batch.map(created), { maxBatchBytes: 10 });
    await Promise.all(["a", "b"].map((id) => commit(draft(id, { metadata: { note: "x".repeat(100) } }))));
    expect(ids(written)).to.deep.equal(["a", "b"]);
  });

  it("writes 64 reservations of the largest metadata, 4 KiB each, in one batch where nobody says otherwise", async () => {
    const { commit, written } = over((batch) => batch.map(created));
    const metadata = { note: "x".repeat(4_096 - JSON.stringify({ note: "" }).length) };
    await Promise.all(Array.from({ length: 65 }, (_, n) => commit(draft(`${n}`, { metadata }))));
    expect(written.map(({ length }) => length)).to.deep.equal([64, 1]);
  });

  it("gives no place beyond its bound, and gives one again when one is left", () => {
    const { commits } = over((batch) => batch.map(created), { maxPlaces: 2 });
    {
      using second = commits.takePlace();
      expect(second).not.to.equal(null);
      expect(commits.takePlace()).to.equal(null);
    }
    expect(commits.takePlace()).not.to.equal(null);
  });

  it("writes a batch of unknown end again, and calls what then stands the buyer's own", async () => {
    const { commit, written } = over((batch, write) => {
      if (write === 1) throw new StoreUnavailable("orders", "unknown");
      return batch.map(standing);
    });
    const answer = commit(draft("a"));
    await time.tickAsync(1_000);
    expect(await answer).to.deep.include({ kind: "order", created: true });
    expect(ids(written)).to.deep.equal(["a", "a"]);
  });

  it("tells after maxWaitMs, and not later, whether an order may stand, and writes no more then", async () => {
    const away = over(() => Promise.reject(new StoreUnavailable("orders", "none")));
    const unknown = over(() => Promise.reject(new StoreUnavailable("orders", "unknown")));
    const told: Committed[] = [];
    for (const { commit } of [away, unknown]) void commit(draft("a")).then((committed) => told.push(committed));
    await time.tickAsync(DEFAULT_COMMIT_LIMITS.maxWaitMs);
    expect(told).to.deep.equal([
      { kind: "unavailable", mayStand: false },
      { kind: "unavailable", mayStand: true },
    ]);
    const writes = away.written.length;
    expect(writes).to.be.greaterThan(10);
    await time.tickAsync(1_000);
    expect(away.written.length).to.equal(writes);
  });

  it("tells it as soon when the clock is set back an hour", async () => {
    const { commit } = over(() => Promise.reject(new StoreUnavailable("orders", "none")));
    time.setSystemTime(3_600_000);
    const answer = commit(draft("a"));
    await time.tickAsync(100);
    time.setSystemTime(0);
    await time.tickAsync(DEFAULT_COMMIT_LIMITS.maxWaitMs);
    expect(await answer).to.deep.equal({ kind: "unavailable", mayStand: false });
  });

  it("lets one poisoned row fail alone", async () => {
    const { commit, written } = over((batch) => {
      if (batch.some(({ id }) => id === "c")) throw new StoreRejected("orders", { cause: new Error("poison") });
      return batch.map(created);
    });
    const answers = await Promise.allSettled(["a", "b", "c", "d", "e"].map((id) => commit(draft(id))));
    expect(answers.map(({ status }) => status)).to.deep.equal([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect(ids(written)).to.deep.equal(["abcde", "abc", "ab", "c", "de"]);
  });

  it("writes an id once when two requests wait for it, and the first is the buyer's own", async () => {
    const { commit, written } = over((batch) => batch.map(created));
    const answers = await Promise.all([commit(draft("a")), commit(draft("b")), commit(draft("a"))]);
    expect(ids(written)).to.deep.equal(["ab"]);
    expect(answers.map((answer) => answer.kind === "order" && answer.created)).to.deep.equal([true, true, false]);
  });

  it("refuses another buyer's request, and another request of the buyer, under the id that it writes", async () => {
    const voided: CommitAnswer = { kind: "void", cause: "total" };
    for (const [answer, kind] of [
      [created, "order"],
      [() => voided, "void"],
    ] as const) {
      const { commit, written } = over((batch) => batch.map(answer));
      const others = [draft("a", { userId: "another" }), draft("a", { fingerprint: "2" })];
      const answers = await Promise.all([draft("a"), ...others].map(commit));
      expect(answers.map((one) => one.kind)).to.deep.equal([kind, "conflict", "conflict"]);
      expect(written.map((batch) => batch.map(({ userId }) => userId))).to.deep.equal([["a"]]);
    }
  });

  it("tells everybody under one id that the epoch moved, since nothing was written", async () => {
    const { commit } = over((batch) => batch.map(() => ({ kind: "epoch-moved" })));
    const answers = await Promise.all([commit(draft("a")), commit(draft("a", { userId: "another" }))]);
    expect(answers).to.deep.equal([{ kind: "epoch-moved" }, { kind: "epoch-moved" }]);
  });

  it("hands on a void as the store gave it", async () => {
    const { commit } = over((batch) => batch.map(() => ({ kind: "void", cause: "limit" })));
    expect(await commit(draft("a"))).to.deep.equal({ kind: "void", cause: "limit" });
  });

  it("fails those, and only those, that a store forgets to answer, and names the reservation", async () => {
    const { commit } = over((batch) => batch.slice(0, 1).map(created));
    const forgotten = [draft("b"), draft("b", { userId: "another" })];
    const answers = await Promise.allSettled([draft("a"), ...forgotten].map(commit));
    expect(answers.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "rejected"]);
    for (const answer of answers.slice(1))
      expect(String(answer.status === "rejected" && answer.reason)).to.equal(
        "Error: the orders store gave no answer for b",
      );
  });
});
