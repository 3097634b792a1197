export { BrokenContract, type ContractCase } from "./case.js";
