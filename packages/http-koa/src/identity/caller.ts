import type { ApiContext } from "../api.js";

/** Names the buyer of a request, from what its query and its body say, or refuses. */
export type Buyer = (ctx: ApiContext, fromQuery: string | undefined, fromBody?: string) => string | Promise<string>;
/** Refuses whoever is no admin. To be waited for before anything is done. */
export type AdminGate = (ctx: ApiContext) => Promise<void>;
