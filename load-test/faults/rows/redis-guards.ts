import type { Control, Invariant } from "../row.js";

/** A guard of the scripts, taken out. */
const without = (file: string, guard: string, built: string, breaks: Invariant, instead = ""): Control => ({
  built,
  sabotage: { edits: [{ file: `scripts/${file}`, guard, without: instead }] },
  breaks,
});

export const WITHOUT_REPLID = without(
  "in-service.lua",
  "if values[1] ~= replid() then return nil end",
  "an inventory that does not ask whether this Redis is the one that was loaded",
  "I2",
);

/** The quickest first. */
export const WITHOUT_SENTINELS: readonly Control[] = [
  without(
    "in-service.lua",
    "if redis.pcall('HEXISTS', KEYS[3], '') ~= 1 then return nil end",
    "an inventory that does not miss its buyers",
    "I2",
  ),
  without(
    "in-service.lua",
    "if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return nil end",
    "an inventory that does not miss its epoch",
    "I2",
  ),
  without(
    "in-service.lua",
    "if redis.pcall('HEXISTS', KEYS[4], '') ~= 1 then return nil end",
    "an inventory that does not miss its holds",
    "I2",
  ),
  without(
    "in-service.lua",
    "if type(redis.pcall('ZSCORE', KEYS[5], '')) ~= 'string' then return nil end",
    "an inventory that does not miss its deadlines",
    "I2",
  ),
];

export const WITHOUT_PCALL = without(
  "in-service.lua",
  "redis.pcall('HMGET', KEYS[2]",
  "an inventory that fails on a stock of another type",
  "I5",
  "redis.call('HMGET', KEYS[2]",
);

export const WITHOUT_EPOCH: Control = {
  built: "a commit that does not look at the epoch",
  sabotage: {
    edits: [
      {
        file: ".sql",
        guard: "if v_ledger.epoch <> p_epoch then\n      outcomes",
        without: "if false then\n      outcomes",
      },
    ],
  },
  breaks: "I2",
};

export const WITHOUT_EPOCH_ONE_BY_ONE: Control = {
  built: "a commit that decides one by one, and does not look at the epoch then",
  sabotage: {
    edits: [
      { file: ".sql", guard: "if v_check.standing = 0 then", without: "if false then" },
      { file: ".sql", guard: "elsif v_ledger.epoch <> p_epoch then", without: "elsif false then" },
    ],
  },
  breaks: "I2",
};

export const REBUILDS_WITHOUT_LOCK: Control = {
  built: "a rebuild that reads the ledger without its lock",
  sabotage: {
    edits: [
      {
        file: "adapters-postgres/dist/ledger.js",
        guard: "from ledger where product_id = $1 for no key update",
        without: "from ledger where product_id = $1",
      },
    ],
  },
  breaks: "I2",
};

export const HOLDS_AGAIN = without(
  "hold.lua",
  "if holds == id then return 'already-held ' .. digits(available) .. ' ' .. hold end",
  "a hold that is taken again where it is asked for again",
  "I2",
  "if holds == id then return nil end",
);

export const LOADS_BACKWARDS = without(
  "load.lua",
  "if tonumber(before) >= epoch then return { 'refused', before } end",
  "a load that does not refuse to go back",
  "I5",
);

export const WRITES_FIRST: Control = {
  built: "a hold that counts units before it has looked at what refuses them",
  sabotage: {
    edits: [
      {
        file: "scripts/hold.lua",
        guard: "local hold = hold_of[users[i]]",
        without: `redis.call('HINCRBY', KEYS[2], 'available', digits(-quantity))
  redis.call('HINCRBY', KEYS[2], 'held', digits(quantity))
  local hold = hold_of[users[i]]`,
      },
      {
        file: "scripts/hold.lua",
        guard: `redis.call('HINCRBY', KEYS[2], 'available', digits(-units))
  redis.call('HINCRBY', KEYS[2], 'held', digits(units))`,
        without: "",
      },
    ],
  },
  breaks: "I2",
};

export const REBUILDS_FROM_NOTHING: Control = {
  built: "a rebuild that takes the total for what is left",
  sabotage: {
    edits: [
      {
        file: "core/dist/use-cases/rebuild.js",
        guard: "loading.load(productId, epoch, terms, ledger.committed)",
        without: "loading.load(productId, epoch, terms, 0)",
      },
    ],
  },
  breaks: "I2",
};

export const SELLS_WITHOUT_WRITING: Control = {
  built: "a group commit that tells of orders without writing them, every 10th batch",
  sabotage: { plan: { forgetsEveryNthBatch: 10 } },
  breaks: "I4",
};
