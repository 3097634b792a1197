import { shared } from "#src/shared.js";
import { expect } from "chai";

/** A question that is answered when it is told to, in its order: 1, 2, 3 … for each key. */
function opened() {
  const asked: string[] = [];
  const answers: { resolve: (answer: string) => void; reject: (fault: Error) => void }[] = [];
  const ask = shared((key: string) => {
    asked.push(key);
    const answer = `${key} ${asked.filter((one) => one === key).length}`;
    return new Promise<string>((resolve, reject) => answers.push({ resolve: () => resolve(answer), reject }));
  });
  return {
    ask,
    asked,
    answerNext: () => answers.shift()?.resolve(""),
    failNext: () => answers.shift()?.reject(new Error("away")),
  };
}

describe("a shared question", () => {
  it("is asked once for a crowd, and once more for those who came while it was under way", async () => {
    const { ask, asked, answerNext } = opened();
    const first = ask("a");
    const crowd = [ask("a"), ask("a"), ask("a")];
    expect(asked).to.deep.equal(["a"]);
    answerNext();
    expect(await first).to.equal("a 1");
    answerNext();
    expect(await Promise.all(crowd)).to.deep.equal(["a 2", "a 2", "a 2"]);
    expect(asked).to.deep.equal(["a", "a"]);
    void ask("a");
    expect(asked, "nobody is answered by what is over").to.deep.equal(["a", "a", "a"]);
  });

  it("is one for each key", async () => {
    const { ask, asked, answerNext } = opened();
    const both = [ask("a"), ask("b")];
    answerNext();
    answerNext();
    expect(await Promise.all(both)).to.deep.equal(["a 1", "b 1"]);
    expect(asked).to.deep.equal(["a", "b"]);
  });

  it("that fails fails for those who asked it, not for those who came later", async () => {
    const { ask, answerNext, failNext } = opened();
    const first = ask("a").catch((fault: unknown) => String(fault));
    const second = ask("a");
    failNext();
    expect(await first).to.equal("Error: away");
    answerNext();
    expect(await second).to.equal("a 2");
  });
});
