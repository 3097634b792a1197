import type { Announcement, Announcements } from "@flash-sale/core";
import { ask, type RedisClient } from "./client.js";
import { ANNOUNCEMENTS_CHANNEL } from "./keys.js";

const KINDS: Readonly<Record<Announcement["kind"], true>> = {
  "sold-out": true,
  "back-on-sale": true,
  "epoch-moved": true,
  changed: true,
};

/** A cluster's subscriber can lose its connection while the cluster stays ready. */
const LISTEN_AGAIN_MS = 1_000;

/** One channel for all. What is published while the subscriber's connection is away is lost, which costs time only. */
export function createRedisAnnouncements(
  client: RedisClient,
  subscriber: RedisClient,
): Announcements & { close(): Promise<void> } {
  const listeners = new Set<(announcement: Announcement) => void>();
  let closed = false;

  function receive(channel: string, message: string): void {
    if (channel !== ANNOUNCEMENTS_CHANNEL) return;
    const announcement = decodeAnnouncement(message);
    if (announcement) for (const listener of [...listeners]) listener(announcement);
  }

  let again: NodeJS.Timeout | undefined;
  /** Also after each reconnect: subscribing twice is subscribing once, and where it fails for want of a connection, the next mends it. */
  function listen(): void {
    clearTimeout(again);
    subscriber.subscribe(ANNOUNCEMENTS_CHANNEL).catch(() => {
      if (!closed && subscriber.status === "ready") again = setTimeout(listen, LISTEN_AGAIN_MS);
    });
  }

  subscriber.on("message", receive);
  subscriber.on("ready", listen);
  if (subscriber.status === "ready") listen();

  return {
    async publish({ kind, productId, epoch }) {
      const message = JSON.stringify({ kind, productId, epoch });
      await ask(client, () => client.publish(ANNOUNCEMENTS_CHANNEL, message));
    },
    subscribe(listener) {
      // A function of its own a subscription, so that one listener may subscribe twice.
      const own = (announcement: Announcement) => listener(announcement);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      subscriber.off("message", receive);
      subscriber.off("ready", listen);
      await subscriber.unsubscribe(ANNOUNCEMENTS_CHANNEL).catch(() => undefined);
    },
  };
}

/** Null for what this version does not know: a newer one may have published it. */
export function decodeAnnouncement(message: string): Announcement | null {
  const value = parse(message);
  if (typeof value !== "object" || value === null) return null;
  if (!("kind" in value) || !isKind(value.kind)) return null;
  if (!("productId" in value) || typeof value.productId !== "string") return null;
  if (!("epoch" in value) || typeof value.epoch !== "number" || !Number.isSafeInteger(value.epoch)) return null;
  return { kind: value.kind, productId: value.productId, epoch: value.epoch };
}

function isKind(kind: unknown): kind is Announcement["kind"] {
  return typeof kind === "string" && Object.hasOwn(KINDS, kind);
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}
