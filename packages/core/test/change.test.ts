import { USER_ID, withholder } from "@flash-sale/core";
import { expect } from "chai";

describe("the holder of withheld units", () => {
  it("is another one for each change, and no buyer", () => {
    expect(withholder("a")).not.to.equal(withholder("b"));
    expect(withholder("a")).not.to.match(USER_ID);
  });
});
