import type { ContractCase } from "./case.js";
import { cancelCases } from "./changes-cancel.js";
import { termsCases } from "./changes-terms.js";
import { withheldCases } from "./changes-withheld.js";
import type { ChangesHarness } from "./given.js";

/** What every Changes must do, beside the Products and Orders over the same store. */
export const changesContract: ContractCase<ChangesHarness>[] = [...termsCases, ...withheldCases, ...cancelCases];
