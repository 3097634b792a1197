import { expect } from "chai";
import { mapAtOnce } from "#src/at-once.js";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("doing several at once", () => {
  it("has no more under way than the limit, and as many where there are enough", async () => {
    let [underWay, most] = [0, 0];
    await mapAtOnce([...Array(20).keys()], 6, async () => {
      most = Math.max(most, (underWay += 1));
      await nextTurn();
      underWay -= 1;
    });
    expect({ underWay, most }).to.deep.equal({ underWay: 0, most: 6 });
  });

  it("answers in the order of the items, whoever ends first", async () => {
    const items = [...Array(9).keys()];
    const ended: number[] = [];
    const answers = await mapAtOnce(items, 3, async (item) => {
      for (let turns = item % 3 === 0 ? 5 : 0; turns >= 0; turns -= 1) await nextTurn();
      ended.push(item);
      return 10 * item;
    });
    expect(answers).to.deep.equal(items.map((item) => 10 * item));
    expect(ended).not.to.deep.equal(items);
  });

  it("begins none after one has failed, and rejects with that fault when those under way have ended", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const fault = new Error("away");
    const thrown: unknown = await mapAtOnce([0, 1, 2, 3, 4, 5], 3, async (item) => {
      begun.push(item);
      await nextTurn();
      if (item === 1) throw fault;
      for (let turns = 0; turns < 5; turns += 1) await nextTurn();
      ended.push(item);
    }).catch((caught: unknown) => caught);
    expect(thrown).to.equal(fault);
    expect({ begun: begun.slice(0, 3), ended }).to.deep.equal({
      begun: [0, 1, 2],
      ended: begun.filter((item) => item !== 1),
    });
    expect(begun.length).to.be.lessThan(6);
  });

  it("answers nothing for no items", async () => {
    expect(await mapAtOnce([], 3, async () => 1)).to.deep.equal([]);
  });
});
