import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Of an order: 450 bytes in PostgreSQL with its indexes, 450 in Redis' file while it is written anew, 200 in an export. */
const BYTES_AN_ORDER = 1_200;
const REST_BYTES = 3e9;

/** The servers' folders lie in the system's temporary one. @throws Error that says what is missing */
export const requireRoom = (orders: number): void => {
  const { bavail, bsize } = statfsSync(tmpdir());
  const wantedBytes = orders * BYTES_AN_ORDER + REST_BYTES;
  if (bavail * bsize >= wantedBytes) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(0)} GB`;
  throw new Error(
    `${orders.toLocaleString("en-US")} orders need ${gigabytes(wantedBytes)} of disk, and ${tmpdir()} has ${gigabytes(bavail * bsize)} left: nothing was measured.`,
  );
};
