import type { Announcement, Announcements } from "../ports/announcements.js";
import { expectEqual, type ContractCase } from "./case.js";

/** What the suite of Announcements needs: two processes' worth of it. */
export interface AnnouncementsHarness {
  readonly announcements: Announcements;
  /** As another process has it; the same where there can be no other. */
  readonly elsewhere: Announcements;
  /** Waits until subscriptions are in force, and what was published before has been told. */
  settled(): Promise<void>;
}

const SOLD_OUT: Announcement = { kind: "sold-out", productId: "0190a6f4-0000-7000-8000-000000000001", epoch: 3 };
const BACK: Announcement = { ...SOLD_OUT, kind: "back-on-sale" };
const MOVED: Announcement = { ...SOLD_OUT, kind: "epoch-moved", epoch: 4 };
const CHANGED: Announcement = { ...MOVED, kind: "changed" };

function listenTo(announcements: Announcements): { heard: Announcement[]; stop: () => void } {
  const heard: Announcement[] = [];
  return { heard, stop: announcements.subscribe((announcement) => heard.push(announcement)) };
}

/** What every Announcements must do while its connections stand. */
export const announcementsContract: ContractCase<AnnouncementsHarness>[] = [
  {
    name: "tells every subscriber once, the publisher's own process included, in order",
    async run({ announcements, elsewhere, settled }) {
      const here = listenTo(announcements);
      const also = listenTo(announcements);
      const there = listenTo(elsewhere);
      await settled();
      for (const announcement of [SOLD_OUT, BACK, MOVED, CHANGED]) await announcements.publish(announcement);
      await settled();
      for (const { heard } of [here, also, there]) expectEqual(heard, [SOLD_OUT, BACK, MOVED, CHANGED], "heard");
    },
  },
  {
    name: "tells what other processes publish",
    async run({ announcements, elsewhere, settled }) {
      const here = listenTo(announcements);
      await settled();
      await elsewhere.publish(MOVED);
      await settled();
      expectEqual(here.heard, [MOVED], "heard");
    },
  },
  {
    name: "tells nobody who stopped, and goes on telling the others",
    async run({ announcements, settled }) {
      const stopped = listenTo(announcements);
      const other = listenTo(announcements);
      await settled();
      stopped.stop();
      stopped.stop();
      await announcements.publish(SOLD_OUT);
      await settled();
      expectEqual(stopped.heard, [], "heard by who stopped");
      expectEqual(other.heard, [SOLD_OUT], "heard by the other");
    },
  },
  {
    name: "takes one listener that subscribes twice for two",
    async run({ announcements, settled }) {
      const heard: Announcement[] = [];
      const listener = (announcement: Announcement) => void heard.push(announcement);
      const stop = announcements.subscribe(listener);
      announcements.subscribe(listener);
      await settled();
      stop();
      await announcements.publish(SOLD_OUT);
      await settled();
      expectEqual(heard, [SOLD_OUT], "heard");
    },
  },
  {
    name: "tells nothing that was published before",
    async run({ announcements, settled }) {
      await announcements.publish(SOLD_OUT);
      await settled();
      const late = listenTo(announcements);
      await settled();
      expectEqual(late.heard, [], "heard");
    },
  },
];
