/** What processes tell each other. */
export interface Announcement {
  readonly kind: "sold-out" | "back-on-sale" | "epoch-moved" | "changed";
  readonly productId: string;
  readonly epoch: number;
}

/** Announces without waiting: losing one costs time, never a unit, and must not fail what was done. */
export type Announce = (announcement: Announcement) => void;

/** The way from process to process. It may lose anything: that costs time. */
export interface Announcements {
  /** Tells every subscriber, this process's own included, at most once each. */
  publish(announcement: Announcement): Promise<void>;
  /** Calls `listener` for what is published from now on. Answers how to stop. */
  subscribe(listener: (announcement: Announcement) => void): () => void;
}
