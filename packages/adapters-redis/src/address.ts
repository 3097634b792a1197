/** Where Redis is, and what to say to be let in. */
export type RedisAddress =
  /** `url`: redis:// or rediss://, a password and all. */
  | { readonly kind: "server"; readonly url: string }
  /** A Redis Cluster; any of its nodes leads to the others. */
  | { readonly kind: "cluster"; readonly nodes: readonly RedisNode[]; readonly password?: string }
  /** The master that Sentinels know under `name`. The password is for Sentinels and servers alike. */
  | {
      readonly kind: "sentinel";
      readonly sentinels: readonly RedisNode[];
      readonly name: string;
      readonly password?: string;
    };

/** Where a node of a cluster, or a Sentinel, listens. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}
