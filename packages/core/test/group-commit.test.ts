import {
  createGroupCommit,
  DEFAULT_COMMIT_LIMITS,
  StoreRejected,
  StoreUnavailable,
  type CommitAnswer,
  type CommitLimits,
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
    const commits = createGroupCommit({ orders, clock }, { ...DEFAULT_COMMIT_LIMITS, ...limits });
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

  it("tells after maxWaitMs whether an order may stand", async () => {
    const away = over(() => Promise.reject(new StoreUnavailable("orders", "none")));
    const unknown = over(() => Promise.reject(new StoreUnavailable("orders", "unknown")));
    const answers = [away.commit(draft("a")), unknown.commit(draft("a"))];
    await time.tickAsync(DEFAULT_COMMIT_LIMITS.maxWaitMs + 1_000);
    expect(await Promise.all(answers)).to.deep.equal([
      { kind: "unavailable", mayStand: false },
      { kind: "unavailable", mayStand: true },
    ]);
    expect(away.written.length).to.be.greaterThan(10);
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

  it("fails those, and only those, that a store forgets to answer", async () => {
    const { commit } = over((batch) => batch.slice(0, 1).map(created));
    const answers = await Promise.allSettled([commit(draft("a")), commit(draft("b"))]);
    expect(answers.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected"]);
  });
});
