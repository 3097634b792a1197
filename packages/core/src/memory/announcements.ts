import type { Announcement, Announcements } from "../ports/announcements.js";

/** Tells this process alone, at once. */
export function createMemoryAnnouncements(): Announcements {
  const listeners = new Set<(announcement: Announcement) => void>();
  return {
    async publish(announcement) {
      for (const listener of [...listeners]) listener(announcement);
    },
    subscribe(listener) {
      // A listener of its own a subscription, so that one function may subscribe twice.
      const own = (announcement: Announcement) => listener(announcement);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
