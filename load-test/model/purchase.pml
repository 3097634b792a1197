/*
 * The purchase protocol, small enough to be explored whole: npm run model
 *
 * Each store takes one step at a time, as a Lua script and a SQL function do: a step is one d_step here. Between two
 * steps anybody may come: another request, a reaper, a fault. A step that a network delays, or a process that pauses, is a
 * step that is taken later; so only what outlives its sender is kept apart (`late`, `lateLoad`).
 *
 * The sections: the configuration; the words; Postgres; Redis; a request; housekeeping; faults; once quiet.
 * Each guard of the protocol is taken out by its name: `#ifdef NO_EPOCH_CHECK`. Each assertion stands alone on its line and is followed
 * by the invariant it belongs to: load-test/model/spin.ts reads that.
 */

/* ------------------------------------------------------------------------------------------------- the configuration
 *
 * Who asks for what. A reservation (an id) is of one unit and one buyer; two requests may come with one id. FAULTS bounds crashes,
 * lost answers, late and failed writes; LOSSES bounds what happens to the memory of Redis.
 */

#define NOBODY 99

#if defined(COMMITS)
/* The last unit, two buyers. One sent the request twice with one id; whatever happens to processes and commits. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 2
#define IDS 2
#define OWNER(id) (id)
#define REQUESTS 3
#define FIRST(me) (me == 2 -> 1 : 0)
#define REAPERS 2
#define FAULTS 3
#define LOSSES 0

#elif defined(LIMITS)
/* One buyer, three reservations, two units at most. Redis may lose its memory. */
#define TOTAL 2
#define LIMIT 2
#define BUYERS 1
#define IDS 3
#define OWNER(id) 0
#define REQUESTS 3
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1

#elif defined(KEYS)
/* Two requests of one key, whose second attempt has an id of its own, and another purchase of the same buyer. */
#define TOTAL 2
#define LIMIT 2
#define BUYERS 1
#define IDS 3
#define OWNER(id) 0
#define NEXT(id) (id == 0 -> 1 : NOBODY)
#define REQUESTS 3
#define FIRST(me) (me == 2 -> 2 : 0)
#define REAPERS 1
#define FAULTS 2
#define LOSSES 0

#elif defined(REBUILDS)
/* Redis loses all, or a key, or goes back and comes again, and that is noticed; rebuilds fail, or load late. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 2
#define IDS 2
#define OWNER(id) (id)
#define REQUESTS 2
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 2
#define LOSSES 2
#define GOES_BACK
#define NOTICED 1

#elif defined(OLD_STOCK)
/* Redis goes back to an older state, and nothing in it tells: a managed one that forbids INFO in scripts. The last unit. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 2
#define IDS 3
#define OWNER(id) (id == 2 -> 1 : 0)
#define REQUESTS 3
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1
#define GOES_BACK
#define NOTICED 0

#elif defined(OLD_BUYERS)
/* The same with a unit to spare, so that it is the limit that the older state forgets. */
#define TOTAL 2
#define LIMIT 1
#define BUYERS 2
#define IDS 3
#define OWNER(id) (id == 2 -> 1 : 0)
#define REQUESTS 3
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1
#define GOES_BACK
#define NOTICED 0

#elif defined(OLD_RETRY)
/* The last unit, and the first request comes again with its id: what the protocol does not promise. See docs/model.md. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 2
#define IDS 2
#define OWNER(id) (id)
#define REQUESTS 3
#define FIRST(me) (me == 2 -> 1 : 0)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1
#define GOES_BACK
#define NOTICED 0

#elif defined(CANCELS)
/* An order is cancelled, and its buyer buys again, while Redis loses its memory and buyers are taught. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 1
#define IDS 2
#define OWNER(id) 0
#define REQUESTS 3
#define FIRST(me) (me == 2 -> 1 : 0)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1
#define CANCELLATIONS 1

#elif defined(LESSONS)
/* The same without other faults, so that the teaching of buyers is all there is. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 1
#define IDS 2
#define OWNER(id) 0
#define REQUESTS 2
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 0
#define LOSSES 1
#define CANCELLATIONS 1

#elif defined(CHANGES)
/* Orders are cancelled, and two follow what the ledger says. Nothing happens to Redis. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 1
#define IDS 2
#define OWNER(id) 0
#define REQUESTS 2
#define FIRST(me) (me)
#define REAPERS 2
#define FAULTS 2
#define LOSSES 0
#define CANCELLATIONS 2
#define FOLLOWERS 2

#elif defined(HERD)
/* Three requests notice one loss, and each loss or failed rebuild may cost one rebuild, no more. */
#define TOTAL 2
#define LIMIT 1
#define BUYERS 2
#define IDS 3
#define OWNER(id) (id == 0 -> 0 : 1)
#define REQUESTS 3
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 1
#define COUNTS_REBUILDS

#elif defined(SMALL)
/* What CI explores: two requests of two buyers, one fault, two losses. */
#define TOTAL 1
#define LIMIT 1
#define BUYERS 2
#define IDS 2
#define OWNER(id) (id)
#define REQUESTS 2
#define FIRST(me) (me)
#define REAPERS 1
#define FAULTS 1
#define LOSSES 2
#endif

#define SECOND(me) (NEXT(FIRST(me)) == NOBODY -> FIRST(me) : NEXT(FIRST(me)))
#ifndef NEXT
#define NEXT(id) NOBODY
#endif
#ifndef CANCELLATIONS
#define CANCELLATIONS 0
#endif
#ifndef FOLLOWERS
#define FOLLOWERS 1
#endif
#ifndef NOTICED
#define NOTICED 1
#endif

/* --------------------------------------------------------------------------------------------------------- the words */

/* A row of orders. */
#define ABSENT 0
#define CONFIRMED 1
#define VOID 2
#define CANCELLED 3

/* Where somebody is: the step that comes next. */
mtype = {
  starting, admitting, readingOrders, teaching, committing, reading, confirming, releasing, following, ended,
  restoring, locking, looking, numbering, loading, moving, finishing
};

/* Requests come first; then the followers of changes, who may have to rebuild as well. */
#define FOLLOWER REQUESTS
#define REBUILDERS (REQUESTS + FOLLOWERS)

mtype at[REBUILDERS] = starting;
byte id[REBUILDERS];           /* the reservation that a request is at */
byte turn[REBUILDERS];         /* the reservation that this attempt began with; `id` may be another attempt of the key */
byte known[REBUILDERS];        /* the epoch it knows */
byte next[REBUILDERS];         /* the epoch it was given for a rebuild */
byte seen[REBUILDERS];         /* the orders it read of its buyer, to teach them: a bit an id, and one more if cancelled */
byte then[REBUILDERS];         /* the revision that the inventory had before */
bit wrote[REBUILDERS];         /* it sent a commit whose end it does not know */
bit distrusts[REBUILDERS];     /* it saw the ledger contradict the inventory of the epoch it knows */

byte faults = FAULTS;
byte losses = LOSSES;
bit closed;                    /* the last fault has healed, everybody is done */
bit answered[IDS];             /* somebody was told 201 */
bit refused[REQUESTS];         /* it had sent a commit, and told its buyer that there is no order and will be none */

/* What lives within one step only is no part of a state. A breadth-first search, which finds the shortest way, cannot leave it out. */
#ifdef BREADTH_FIRST
#define SCRATCH
#else
#define SCRATCH hidden
#endif
SCRATCH byte i, n, units, sold, b;    /* live within one step only */

/* ----------------------------------------------------------------------------------------------------------- Postgres
 *
 * The ledger, the orders, the sequence of epochs, the changes. `lock` is the ledger's: a rebuild keeps it from step to step, all others
 * need it for one step and so wait while somebody has it.
 */

byte ledgerEpoch = 1;
byte committed;
byte ledgerRevision;
byte lock;                     /* 0: free, else who has it, plus 1 */
byte row[IDS];
byte lastGiven = 1;            /* the sequence `epochs`: no rollback gives a number back */
#if CANCELLATIONS > 0
byte change[CANCELLATIONS + 1]; /* by revision: the order that was cancelled */
#endif
byte late[REQUESTS];           /* the epoch of a request's commit that is under way and not waited for; 0: there is none */
byte lateId[REQUESTS];

#ifdef COUNT_BEFORE_LOCK
byte sawCommitted[REBUILDERS], sawUnits[REBUILDERS]; /* counted by the snapshot from before the wait for the lock */
#endif

#ifdef COMMIT_PASSES_LOCK
#define MAY_COMMIT 1
#else
#define MAY_COMMIT (lock == 0)
#endif

/* A loop never comes last: spin would have its end lie outside of the step. */
inline countUnits(buyer) {
  units = 0;
  for (i : 0 .. IDS - 1) { units = units + (OWNER(i) == buyer && row[i] == CONFIRMED) }
  i = 0
}

/* One reservation written: `outcome` is what stands, or that nothing was written. */
mtype = { order, voidBefore, voidNow, epochMoved };
SCRATCH mtype outcome;

#ifdef NO_EPOCH_CHECK
#define EPOCH_MOVED(e) 0
#else
#define EPOCH_MOVED(e) (ledgerEpoch != e)
#endif
#ifdef NO_LEDGER_LIMIT
#define OVER_LIMIT 0
#else
#define OVER_LIMIT (units + 1 > LIMIT)
#endif
#ifdef NO_LEDGER_CAP
#define OVER_TOTAL 0
#else
#define OVER_TOTAL (sold + 1 > TOTAL)
#endif

/* The counts are taken first: in a statement after the lock. */
inline write(r, e) {
  countUnits(OWNER(r));
  sold = committed;
  writeBy(r, e)
}

inline writeBy(r, e) {
  if
  :: row[r] == CONFIRMED || row[r] == CANCELLED -> outcome = order;
#ifdef COUNT_WHAT_WAS_ASKED
    committed++;
    assert(committed <= TOTAL); /* I1 */
#endif
  :: row[r] == VOID -> outcome = voidBefore
  :: row[r] == ABSENT && EPOCH_MOVED(e) -> outcome = epochMoved
  :: row[r] == ABSENT && !EPOCH_MOVED(e) && (OVER_LIMIT || OVER_TOTAL) -> row[r] = VOID; outcome = voidNow
  :: row[r] == ABSENT && !EPOCH_MOVED(e) && !OVER_LIMIT && !OVER_TOTAL -> create(r); outcome = order
  fi
}

inline create(r) {
  for (i : 0 .. IDS - 1) {
    assert(row[i] != CONFIRMED || (NEXT(i) != r && NEXT(r) != i)); /* I6 */
  }
  row[r] = CONFIRMED;
  committed++;
  countUnits(OWNER(r));
  assert(committed <= TOTAL); /* I1 */
  assert(units <= LIMIT); /* I3 */
}

/* As void_reservations: no row is changed that stands. */
inline writeVoid(r) {
#ifdef VOID_OVER_ORDER
  if
  :: row[r] == CONFIRMED -> committed--
  :: else
  fi;
  row[r] = VOID;
#else
  if
  :: row[r] == ABSENT -> row[r] = VOID
  :: else
  fi;
#endif
  assert(!answered[r] || row[r] == CONFIRMED || row[r] == CANCELLED); /* I4 */
}

/* -------------------------------------------------------------------------------------------------------------- Redis
 *
 * One inventory: its keys carry the epoch, so an older one cannot be reached. `old` is a state that it may go back to.
 */

typedef Inventory {
  byte epoch;                  /* 0: there is none */
  bit whole;                   /* no key is missing */
  bit here;                    /* this Redis is the one that was loaded, by its replication id */
  byte available;
  byte held;
  byte purchased;
  byte revision;
  bit buyersLoaded;
  bit taught[BUYERS];          /* there is a record of the buyer */
  byte record[IDS];            /* what it says of an id: ABSENT, CONFIRMED, CANCELLED (0 units) */
  byte hold[BUYERS];           /* the live hold's id, plus 1; 0: there is none */
}

Inventory redis;
#ifdef GOES_BACK
Inventory old;
bit snapped;
SCRATCH Inventory spare;
#endif
byte lateLoad;                 /* the epoch of a load under way whose rebuild is rolled back; 0: there is none */
byte lateCommitted, lateRevision;

#ifdef NO_REPLICATION_ID
#define IN_SERVICE(e) (redis.epoch == e && redis.whole)
#else
#define IN_SERVICE(e) (redis.epoch == e && redis.whole && redis.here)
#endif

#ifdef GOES_BACK
inline copy(from, to) {
  for (i : 0 .. BUYERS - 1) { to.taught[i] = from.taught[i]; to.hold[i] = from.hold[i] }
  for (i : 0 .. IDS - 1) { to.record[i] = from.record[i] }
  to.epoch = from.epoch; to.whole = from.whole; to.here = from.here; to.available = from.available; to.held = from.held;
  to.purchased = from.purchased; to.revision = from.revision; to.buyersLoaded = from.buyersLoaded
}
#endif

inline clear() {
  for (i : 0 .. BUYERS - 1) { redis.taught[i] = 0; redis.hold[i] = 0 }
  for (i : 0 .. IDS - 1) { redis.record[i] = ABSENT }
  redis.whole = 0; redis.here = 0; redis.available = 0; redis.held = 0; redis.purchased = 0; redis.revision = 0;
  redis.buyersLoaded = 0
}

/* load.lua, where it does not refuse */
inline load(e, sold, r) {
  clear();
  redis.epoch = e; redis.whole = 1; redis.here = 1;
  redis.available = TOTAL - sold; redis.purchased = sold; redis.revision = r;
}

#ifdef LOAD_GOES_BACK
#define LOAD_REFUSES(e) 0
#else
#define LOAD_REFUSES(e) (redis.epoch >= e)
#endif

/* hold.lua: validate first, write last */
mtype = { notInService, unknownBuyer, alreadyOrdered, granted, inProgress, limitReached, soldOut };
SCRATCH mtype verdict;

inline admit(r, e) {
  units = 0;
  for (i : 0 .. IDS - 1) { units = units + (OWNER(i) == OWNER(r) && redis.record[i] == CONFIRMED) }
  if
  :: !IN_SERVICE(e) -> verdict = notInService
  :: else ->
    if
#ifndef NO_TEACHING
    :: !redis.taught[OWNER(r)] && !redis.buyersLoaded -> verdict = unknownBuyer
#endif
    :: else ->
      if
#ifndef NO_OWN_RESULT
      :: redis.record[r] != ABSENT -> verdict = alreadyOrdered
      :: redis.record[r] == ABSENT && redis.hold[OWNER(r)] == r + 1 -> verdict = granted
#endif
      :: else ->
        if
#ifndef LIMIT_IGNORES_HOLDS
        :: redis.hold[OWNER(r)] != 0 -> verdict = inProgress
#endif
        :: else ->
          if
          :: units + 1 > LIMIT -> verdict = limitReached
          :: units + 1 <= LIMIT && redis.available < 1 -> verdict = soldOut
          :: else ->
            redis.hold[OWNER(r)] = r + 1;
            redis.available--; redis.held++;
            verdict = granted
          fi
        fi
      fi
    fi
  fi
}

/* confirm.lua: only that very reservation's hold */
inline confirm(r, e) {
#ifdef CONFIRM_ANY_HOLD
#define OWN_HOLD(r) (redis.hold[OWNER(r)] != 0)
#else
#define OWN_HOLD(r) (redis.hold[OWNER(r)] == r + 1)
#endif
  if
  :: IN_SERVICE(e) && OWN_HOLD(r) ->
    redis.hold[OWNER(r)] = 0;
    redis.held--; redis.purchased++;
    redis.taught[OWNER(r)] = 1;
    redis.record[r] = CONFIRMED
  :: else
  fi
}

/* release.lua: only that very reservation's hold, so once */
inline release(r, e) {
  if
#ifdef RELEASE_TWICE
  :: IN_SERVICE(e) && redis.hold[OWNER(r)] != r + 1 && redis.held + redis.purchased > 0 -> redis.available++
#endif
  :: IN_SERVICE(e) && redis.hold[OWNER(r)] == r + 1 ->
    assert(row[r] == VOID); /* I6 */
    redis.hold[OWNER(r)] = 0;
    redis.held--; redis.available++
  :: else
  fi
}

/* teach.lua, of one buyer: who is known stays as they are */
inline teach(buyer, orders) {
  if
#ifndef TEACH_OVER_KNOWN
  :: redis.taught[buyer]
#endif
  :: else ->
    for (i : 0 .. IDS - 1) {
      if
      :: OWNER(i) == buyer ->
        redis.record[i] = (((orders >> i) & 1) == 0 -> ABSENT : (((orders >> (i + IDS)) & 1) == 0 -> CONFIRMED : CANCELLED))
      :: else
      fi
    }
    redis.taught[buyer] = 1
  fi
}

/* The orders of a buyer, or of all: a plain read, which waits for nobody. */
inline readOrders(buyer, orders) {
  orders = 0;
  for (i : 0 .. IDS - 1) {
    if
    :: OWNER(i) == buyer ->
      orders = orders | ((row[i] == CONFIRMED || row[i] == CANCELLED) << i) | ((row[i] == CANCELLED) << (i + IDS))
    :: else
    fi
  }
  i = 0
}

#if CANCELLATIONS > 0
/* apply.lua of a cancelled order: the next change, once */
inline applyAt(r) {
  n = change[r + 1];
  b = OWNER(n);
  if
  :: redis.hold[b] == n + 1 -> redis.hold[b] = 0; redis.held--
  :: else -> redis.purchased--
  fi;
  redis.available++;
  redis.revision = r + 1;
  if
  :: redis.taught[b] || redis.buyersLoaded -> redis.taught[b] = 1; redis.record[n] = CANCELLED
  :: else
  fi
}
#define CONTRADICTED(r) (redis.hold[OWNER(change[r + 1])] != change[r + 1] + 1 && redis.purchased == 0)
#ifdef APPLY_TWICE
#define APPLIES_AT(r) 1
#else
#define APPLIES_AT(r) (redis.revision == r)
#endif
#endif

/* ---------------------------------------------------------------------------------------------------------- a request
 *
 * use-cases/purchase.ts, admit.ts, settle-reservation.ts, and group-commit.ts for a batch of one. `done` forgets what is of no account
 * any more, so that states that differ in nothing else are one.
 */

inline done(me) {
  at[me] = ended; id[me] = 0; turn[me] = 0; known[me] = 0; next[me] = 0; seen[me] = 0; then[me] = 0; wrote[me] = 0; distrusts[me] = 0;
}

inline tell201(r) {
  answered[r] = 1;
  assert(row[r] == CONFIRMED || row[r] == CANCELLED); /* I4 */
}

/* "No order": there is none, and what this request has sent will never make one. */
inline refuse(me, r) {
  assert(row[r] != CONFIRMED && row[r] != CANCELLED); /* I4 */
#ifdef KEYS
  assert(row[FIRST(me)] != CONFIRMED && (NEXT(FIRST(me)) == NOBODY || row[SECOND(me)] != CONFIRMED)); /* I4 */
#endif
  refused[me] = wrote[me];
  done(me)
}

/* A void ends the attempt, not the key. What ended may be another attempt of the key: then this one is still to be made. */
inline nextAttempt(me) {
  if
  :: id[me] != turn[me] -> again(me, turn[me])
  :: id[me] == turn[me] && NEXT(turn[me]) != NOBODY -> turn[me] = NEXT(turn[me]); again(me, turn[me])
  :: else -> refuse(me, id[me])
  fi
}

inline again(me, r) {
  id[me] = r; known[me] = 0; wrote[me] = 0; distrusts[me] = 0; at[me] = starting
}

/* What the inventory said. A buyer's other attempt of the same key answers for it. */
inline admitted(me) {
  b = OWNER(id[me]);
  if
  :: verdict == notInService -> at[me] = restoring
  :: verdict == unknownBuyer -> then[me] = redis.revision; at[me] = readingOrders
  :: verdict == alreadyOrdered -> tell201(id[me]); done(me)
  :: verdict == granted -> at[me] = committing
  :: else ->
#ifndef KEY_FORGETS_ATTEMPTS
    n = (id[me] == FIRST(me) -> SECOND(me) : FIRST(me));
    if
    :: n != id[me] && redis.record[n] != ABSENT -> tell201(n); done(me)
    :: n != id[me] && redis.record[n] == ABSENT && redis.hold[b] == n + 1 -> id[me] = n; at[me] = committing
    :: else -> refuse(me, id[me])
    fi
#else
    refuse(me, id[me])
#endif
  fi
}

inline committedAs(me) {
  if
  :: outcome == order -> tell201(id[me]); at[me] = (row[id[me]] == CANCELLED -> ended : confirming);
    if
    :: at[me] == ended -> done(me)
    :: else
    fi
  :: outcome == voidBefore -> at[me] = releasing
  :: outcome == voidNow -> distrusts[me] = 1; at[me] = restoring
  :: outcome == epochMoved -> at[me] = starting
  fi
}

inline crash(me) {
#ifndef LOCK_OUTLIVES_HOLDER
  if
  :: lock == me + 1 -> lock = 0
  :: else
  fi;
#endif
  done(me)
}

/*
 * use-cases/in-service.ts and rebuild.ts. All of it under the ledger's lock, read anew: of many who notice one loss, one rebuilds.
 * A transaction that is rolled back leaves the ledger as it was and the lock free; what it sent to Redis may still arrive.
 */
#define REBUILD(me) \
  :: d_step { at[me] == restoring -> \
      if \
      :: ledgerEpoch != known[me] -> mended(me) \
      :: else -> at[me] = locking \
      fi } \
  :: d_step { at[me] == locking && lock == 0 -> lock = me + 1; at[me] = looking } \
  :: d_step { at[me] == looking -> \
      if \
      :: SECOND_LOOK && IN_SERVICE(ledgerEpoch) && !(distrusts[me] && ledgerEpoch == known[me]) -> \
        lock = 0; mended(me) \
      :: else -> at[me] = numbering \
      fi } \
  :: d_step { at[me] == numbering -> \
      next[me] = GREATER(GREATER(ledgerEpoch, redis.epoch), GIVEN) + 1; \
      lastGiven = GREATER(lastGiven, next[me]); \
      NUMBERED(me) } \
  :: d_step { at[me] == loading -> \
      if \
      :: LOAD_REFUSES(next[me]) -> crash(me) \
      :: else -> countRebuild(); load(next[me], LEDGER_COMMITTED(me), LEDGER_REVISION(me)); LOADED(me) \
      fi } \
  :: d_step { at[me] == loading && faults > 0 && lateLoad == 0 -> \
      faults--; INCIDENT lateLoad = next[me]; \
      lateCommitted = LEDGER_COMMITTED(me); lateRevision = LEDGER_REVISION(me); crash(me) } \
  :: d_step { at[me] == moving -> MOVED(me) }

/* One rebuild an incident: a loss, or a rebuild that failed after its load was sent. */
#ifdef COUNTS_REBUILDS
byte incidents;
#define INCIDENT incidents++;
#else
#define INCIDENT
#endif

inline countRebuild() {
#ifdef COUNTS_REBUILDS
  assert(incidents > 0); /* one rebuild */
  incidents--
#else
  skip
#endif
}

#define GREATER(x, y) (x > y -> x : y)
#ifdef EPOCH_GIVEN_TWICE
#define GIVEN 0
#else
#define GIVEN lastGiven
#endif
#ifdef LOAD_AFTER_COMMIT
byte ledgerCommitted[REBUILDERS], ledgerRevisionRead[REBUILDERS];
#define LEDGER_COMMITTED(me) ledgerCommitted[me]
#define LEDGER_REVISION(me) ledgerRevisionRead[me]
#define NUMBERED(me) at[me] = moving
#define MOVED(me) ledgerEpoch = next[me]; lock = 0; ledgerCommitted[me] = committed; ledgerRevisionRead[me] = ledgerRevision; at[me] = loading
#define LOADED(me) ledgerCommitted[me] = 0; ledgerRevisionRead[me] = 0; mended(me)
#else
#define LEDGER_COMMITTED(me) committed
#define LEDGER_REVISION(me) ledgerRevision
#define NUMBERED(me) at[me] = loading
#define LOADED(me) at[me] = moving
#define MOVED(me) ledgerEpoch = next[me]; lock = 0; mended(me)
#endif
#ifdef NO_SECOND_LOOK
#define SECOND_LOOK 0
#else
#define SECOND_LOOK 1
#endif

/* The inventory is in service again, by whoever's hand. Whose reservation was void goes on with the next attempt. */
inline mended(me) {
  next[me] = 0;
  if
  :: me >= FOLLOWER -> done(me)
  :: me < FOLLOWER && distrusts[me] -> nextAttempt(me)
  :: else -> at[me] = starting
  fi
}

#ifdef TEACH_AFTER_CHANGE
#define TAUGHT_IN_TIME(r) 1
#else
#define TAUGHT_IN_TIME(r) (redis.revision == r)
#endif

inline unknown(me) {
  wrote[me] = 1;
#ifdef READ_INSTEAD_OF_REWRITE
  at[me] = reading;
#endif
}

proctype Request(byte me) {
end_of_request:
  do
  /* The product is looked up: its epoch may be an old one by the time it is used. */
  :: d_step { at[me] == starting -> known[me] = ledgerEpoch; at[me] = admitting }
  :: d_step { at[me] == admitting -> admit(id[me], known[me]); admitted(me) }

  :: d_step { at[me] == readingOrders -> readOrders(OWNER(id[me]), seen[me]); at[me] = teaching }
  :: d_step { at[me] == teaching ->
      if
      :: IN_SERVICE(known[me]) && TAUGHT_IN_TIME(then[me]) -> teach(OWNER(id[me]), seen[me])
      :: else
      fi;
      seen[me] = 0; then[me] = 0; at[me] = admitting }

  /* The answer comes, or is lost after the effect, or the write is still under way when nobody waits for it any more. */
#ifdef COUNT_BEFORE_LOCK
  :: d_step { at[me] == committing -> countUnits(OWNER(id[me])); sawUnits[me] = units; sawCommitted[me] = committed; at[me] = reading }
  :: d_step { at[me] == reading && MAY_COMMIT ->
      units = sawUnits[me]; sold = sawCommitted[me]; sawUnits[me] = 0; sawCommitted[me] = 0;
      writeBy(id[me], known[me]); committedAs(me) }
#else
  :: d_step { at[me] == committing && MAY_COMMIT -> write(id[me], known[me]); committedAs(me) }
#endif
  :: d_step { at[me] == committing && MAY_COMMIT && faults > 0 -> faults--; write(id[me], known[me]); unknown(me) }
  :: d_step { at[me] == committing && faults > 0 && late[me] == 0 -> faults--; late[me] = known[me]; lateId[me] = id[me]; unknown(me) }
  /* It has waited too long: "nobody knows", which promises nothing. */
  :: d_step { at[me] == committing && wrote[me] -> done(me) }
#ifdef READ_INSTEAD_OF_REWRITE
  :: d_step { at[me] == reading ->
      if
      :: row[id[me]] == CONFIRMED -> tell201(id[me]); at[me] = confirming
      :: else -> refuse(me, id[me])
      fi }
#endif

  /* Not waited for: the buyer has heard. */
  :: d_step { at[me] == confirming -> confirm(id[me], known[me]); done(me) }
  :: d_step { at[me] == releasing -> release(id[me], known[me]); nextAttempt(me) }

  REBUILD(me)

  /* It dies at any step; or a rebuild is rolled back, or fails to commit. */
  :: d_step { at[me] != ended && at[me] != starting && faults > 0 -> faults--;
#ifdef COUNTS_REBUILDS
      if
      :: at[me] == moving -> INCIDENT skip
      :: else
      fi;
#endif
      crash(me) }
  od
}


/* ------------------------------------------------------------------------------------------------------- housekeeping
 *
 * use-cases/reap.ts: any hold may be past its deadline, so any may be taken, at any time. What it found it ends later.
 */

mtype reaperAt[REAPERS] = starting;
byte reaped[REAPERS];
byte reapedIn[REAPERS];        /* the epoch */

inline reaperDone(me) { reaperAt[me] = starting; reaped[me] = 0; reapedIn[me] = 0 }

inline take(me, buyer) {
  reaped[me] = redis.hold[buyer] - 1; reapedIn[me] = ledgerEpoch;
#ifdef NO_VOID_BEFORE_RELEASE
  reaperAt[me] = releasing;
#else
  reaperAt[me] = committing;
#endif
}

proctype Reaper(byte me) {
end_of_reaper:
  do
  :: d_step { reaperAt[me] == starting && !closed && IN_SERVICE(ledgerEpoch) && redis.hold[0] != 0 -> take(me, 0) }
#if BUYERS > 1
  :: d_step { reaperAt[me] == starting && !closed && IN_SERVICE(ledgerEpoch) && redis.hold[1] != 0 -> take(me, 1) }
#endif
  :: d_step { reaperAt[me] == committing && lock == 0 ->
      writeVoid(reaped[me]);
      if
      :: row[reaped[me]] == VOID -> reaperAt[me] = releasing
      :: row[reaped[me]] == CONFIRMED -> reaperAt[me] = confirming
#ifdef RELEASE_CANCELLED
      :: row[reaped[me]] == CANCELLED -> reaperAt[me] = releasing
#endif
      :: else -> reaperDone(me)
      fi }
  :: d_step { reaperAt[me] == releasing -> release(reaped[me], reapedIn[me]); reaperDone(me) }
  :: d_step { reaperAt[me] == confirming -> confirm(reaped[me], reapedIn[me]); reaperDone(me) }
  :: d_step { reaperAt[me] != starting && faults > 0 -> faults--; reaperDone(me) }
  od
}

#if CANCELLATIONS > 0
/*
 * use-cases/cancel-order.ts, follow-changes.ts and load-buyers.ts. A cancelled order is the ledger's next revision; the inventory
 * applies it once, when it is at the one before. The loader teaches all buyers, then nobody is unknown any more.
 */
byte cancellations = CANCELLATIONS;
mtype loaderAt = starting;
byte loaderKnows, loaderThen, loaderSees;

inline cancel(r) {
  row[r] = CANCELLED; committed--; cancellations--;
  ledgerRevision++;
  change[ledgerRevision] = r
}

proctype Follower(byte me) {
end_of_follower:
  do
  :: d_step { cancellations > 0 && lock == 0 && !closed && row[0] == CONFIRMED -> cancel(0) }
  :: d_step { cancellations > 0 && lock == 0 && !closed && row[1] == CONFIRMED -> cancel(1) }
  :: d_step { at[me] == ended && !closed && IN_SERVICE(ledgerEpoch) && redis.revision < ledgerRevision ->
      known[me] = ledgerEpoch; then[me] = redis.revision; at[me] = following }
  :: d_step { at[me] == following ->
      if
      :: IN_SERVICE(known[me]) && APPLIES_AT(then[me]) && CONTRADICTED(then[me]) -> distrusts[me] = 1; at[me] = restoring
      :: IN_SERVICE(known[me]) && APPLIES_AT(then[me]) && !CONTRADICTED(then[me]) -> applyAt(then[me]); done(me)
      :: else -> done(me)
      fi }
  REBUILD(me)
  :: d_step { at[me] != ended && faults > 0 -> faults--; crash(me) }
  od
}

proctype Loader() {
end_of_loader:
  do
  :: d_step { loaderAt == starting && !closed && IN_SERVICE(ledgerEpoch) && !redis.buyersLoaded ->
      loaderKnows = ledgerEpoch; loaderThen = redis.revision; loaderAt = readingOrders }
  :: d_step { loaderAt == readingOrders -> readOrders(0, loaderSees); loaderAt = teaching }
  :: d_step { loaderAt == teaching ->
      if
      :: IN_SERVICE(loaderKnows) && TAUGHT_IN_TIME(loaderThen) && loaderSees != 0 -> teach(0, loaderSees); loaderAt = finishing
      :: IN_SERVICE(loaderKnows) && loaderSees == 0 -> loaderAt = finishing
      :: else -> loaderAt = starting
      fi;
      loaderSees = 0; loaderThen = 0 }
  :: d_step { loaderAt == finishing ->
      if
      :: IN_SERVICE(loaderKnows) -> redis.buyersLoaded = 1
      :: else
      fi;
      loaderKnows = 0; loaderAt = starting }
  od
}
#define LOADER_RESTS (loaderAt == starting)
#else
#define LOADER_RESTS 1
#endif

/* ------------------------------------------------------------------------------------------------------------- faults
 *
 * What is under way arrives, or never does. Redis loses all, or a key; or it goes back to a state of before, and may come again.
 */

inline arrive(me) {
  n = (row[lateId[me]] == ABSENT);
  write(lateId[me], late[me]);
  assert(!(refused[me] && n && row[lateId[me]] == CONFIRMED)); /* I4 */
  late[me] = 0; lateId[me] = 0
}

proctype Network() {
end_of_network:
  do
  :: d_step { late[0] != 0 && MAY_COMMIT -> arrive(0) }
  :: d_step { late[0] != 0 -> late[0] = 0; lateId[0] = 0 }
  :: d_step { late[1] != 0 && MAY_COMMIT -> arrive(1) }
  :: d_step { late[1] != 0 -> late[1] = 0; lateId[1] = 0 }
#if REQUESTS > 2
  :: d_step { late[2] != 0 && MAY_COMMIT -> arrive(2) }
  :: d_step { late[2] != 0 -> late[2] = 0; lateId[2] = 0 }
#endif
  :: d_step { lateLoad != 0 ->
      if
      :: LOAD_REFUSES(lateLoad)
      :: else -> load(lateLoad, lateCommitted, lateRevision)
      fi;
      lateLoad = 0; lateCommitted = 0; lateRevision = 0 }
  :: d_step { lateLoad != 0 -> lateLoad = 0; lateCommitted = 0; lateRevision = 0 }

  :: d_step { losses > 0 && !closed -> losses--; INCIDENT clear(); redis.epoch = 0 }
  :: d_step { losses > 0 && !closed && redis.whole -> losses--; INCIDENT clear() }
#ifdef GOES_BACK
  :: d_step { losses > 0 && !closed && !snapped -> snapped = 1; copy(redis, old); old.here = !NOTICED }
  :: d_step { losses > 0 && !closed && snapped -> losses--; copy(redis, spare); copy(old, redis); copy(spare, old) }
#endif
  od
}

/* --------------------------------------------------------------------------------------------------------- once quiet
 *
 * The last fault has healed, every request has ended, nothing is under way. Housekeeping goes its rounds undisturbed: then I2 holds.
 * Then fresh buyers come until they are told "sold out": the last unit is sold (I5).
 */

#define QUIET (at[0] == ended && at[1] == ended && at[REQUESTS - 1] == ended && at[FOLLOWER] == ended && at[REBUILDERS - 1] == ended && \
  reaperAt[0] == starting && reaperAt[REAPERS - 1] == starting && LOADER_RESTS && \
  late[0] == 0 && late[1] == 0 && late[REQUESTS - 1] == 0 && lateLoad == 0)

inline houseKeep() {
  rebuildNow(!IN_SERVICE(ledgerEpoch));
#if CANCELLATIONS > 0
  do
  :: redis.revision < ledgerRevision -> rebuildNow(CONTRADICTED(redis.revision));
    if
    :: redis.revision < ledgerRevision -> units = redis.revision; applyAt(units)
    :: else
    fi
  :: else -> break
  od;
#endif
  for (b : 0 .. BUYERS - 1) {
    if
    :: redis.hold[b] != 0 ->
      n = redis.hold[b] - 1;
      writeVoid(n);
      if
      :: row[n] == VOID -> release(n, ledgerEpoch)
      :: else -> confirm(n, ledgerEpoch)
      fi
    :: else
    fi
  }
}

inline rebuildNow(needed) {
  if
  :: needed ->
    lastGiven = GREATER(GREATER(ledgerEpoch, redis.epoch), lastGiven) + 1;
    ledgerEpoch = lastGiven;
    load(lastGiven, committed, ledgerRevision)
  :: else
  fi
}

inline checkSums() {
  sold = 0;
  for (i : 0 .. IDS - 1) { sold = sold + (row[i] == CONFIRMED) }
  assert(sold == committed); /* I2 */
#if NOTICED
  assert(redis.held == 0); /* I2 */
  assert(redis.available + redis.held + committed == TOTAL); /* I2 */
  assert(redis.purchased == committed); /* I2 */
  for (i : 0 .. IDS - 1) {
    assert(!redis.taught[OWNER(i)] && !redis.buyersLoaded || redis.record[i] == (row[i] == VOID -> ABSENT : row[i])); /* I2 */
  }
#endif
}

inline sellOut() {
  do
  :: redis.available == 0 -> break
  :: redis.available > 0 && committed == TOTAL -> rebuildNow(1) /* contradicted */
  :: redis.available > 0 && committed < TOTAL -> redis.available--; redis.purchased++; committed++
  :: else -> assert(false); /* I1 */
  od;
  assert(committed == TOTAL); /* I5 */
}

proctype Closer() {
  /* Whoever waits for ever keeps this from being reached, and has violated I5. */
  d_step { QUIET ->
    closed = 1;
    houseKeep();
    checkSums();
    sellOut()
  }
}

init {
  d_step {
    redis.epoch = 1; redis.whole = 1; redis.here = 1; redis.available = TOTAL; redis.buyersLoaded = 1;
    for (i : 0 .. REQUESTS - 1) { id[i] = FIRST(i); turn[i] = FIRST(i) }
    at[FOLLOWER] = ended; at[REBUILDERS - 1] = ended
  }
  atomic {
    run Request(0);
    run Request(1);
#if REQUESTS > 2
    run Request(2);
#endif
    run Reaper(0);
#if REAPERS > 1
    run Reaper(1);
#endif
#if CANCELLATIONS > 0
    run Follower(FOLLOWER);
#if FOLLOWERS > 1
    run Follower(FOLLOWER + 1);
#endif
    run Loader();
#endif
    run Network();
    run Closer()
  }
}
