import type { ContractCase } from "./case.js";
import type { DatabaseHarness } from "./given.js";
import { commitCases } from "./orders-commit.js";
import { ledgerCases } from "./orders-ledger.js";
import { oneByOneCases } from "./orders-one-by-one.js";
import { raceCases } from "./orders-race.js";
import { voidCases } from "./orders-void.js";

/** What the suite of Orders needs of a store; empty for every case. */
export type OrdersHarness = DatabaseHarness;

/** What every Orders must do, beside the Products over the same store. */
export const ordersContract: ContractCase<OrdersHarness>[] = [
  ...commitCases,
  ...oneByOneCases,
  ...voidCases,
  ...ledgerCases,
  ...raceCases,
];
