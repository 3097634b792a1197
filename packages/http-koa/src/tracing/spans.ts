import { AsyncLocalStorage } from "node:async_hooks";
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from "@opentelemetry/api";

/** What goes on under one span, and the reservations that it made. */
interface Scope {
  readonly context: Context;
  readonly reservations: string[];
}

/** Spans of what buyers ask for, and of calls that many of them share. */
export interface Spans {
  /** A span below the one that goes on, while `work` does. */
  within<Answer>(name: string, options: SpanOptions, work: (span: Span) => Promise<Answer>): Promise<Answer>;
  /** The same, with a scope of its own: what is asked meanwhile goes on below it, and what it remembers is forgotten soon after it. */
  scope<Answer>(
    name: string,
    options: SpanOptions & { readonly parent?: Context },
    work: (span: Span) => Promise<Answer>,
  ): Promise<Answer>;
  /** From now on calls for this reservation belong to what goes on now. */
  remember(reservationId: string): void;
  /** A call that serves many: a span of its own, linked to those of the purchases that it serves, and in each of their traces one more. */
  sharedBy<Answer>(
    step: string,
    reservations: readonly { readonly id: string }[],
    options: SpanOptions,
    call: () => Promise<Answer>,
  ): Promise<Answer>;
}

export function createSpans(tracer: Tracer): Spans {
  const scopes = new AsyncLocalStorage<Scope>();
  const contexts = new Map<string, Context>();

  const here = (): Context => scopes.getStore()?.context ?? ROOT_CONTEXT;

  return {
    within: (name, options, work) => {
      const span = tracer.startSpan(name, options, here());
      return ending([span], work(span));
    },

    scope(name, { parent = here(), ...options }, work) {
      const span = tracer.startSpan(name, options, parent);
      const scope: Scope = { context: trace.setSpan(parent, span), reservations: [] };
      const forget = (): void => {
        for (const id of scope.reservations) contexts.delete(id);
      };
      // A confirm leaves in the turn in which its buyer is answered.
      return scopes.run(scope, () => ending([span], work(span))).finally(() => setImmediate(forget));
    },

    remember(reservationId) {
      const scope = scopes.getStore();
      if (!scope) return;
      scope.reservations.push(reservationId);
      contexts.set(reservationId, scope.context);
    },

    sharedBy(step, reservations, options, call) {
      const served = reservations.flatMap(({ id }) => contexts.get(id) ?? []);
      const attributes: Attributes = { ...options.attributes, "flash_sale.reservations": reservations.length };
      const links = served.flatMap((context) => linkTo(trace.getSpan(context)));
      const whole = tracer.startSpan(`${step} batch`, { ...options, attributes, links, root: true }, ROOT_CONTEXT);
      const parts = served.map((context) =>
        tracer.startSpan(step, { ...options, attributes, links: linkTo(whole) }, context),
      );
      return ending([...parts, whole], call());
    },
  };
}

const linkTo = (span: Span | undefined) => (span ? [{ context: span.spanContext() }] : []);

/** The spans end when the answer has come, or its fault. */
function ending<Answer>(spans: readonly Span[], answer: Promise<Answer>): Promise<Answer> {
  return answer.then(
    (answered) => {
      for (const span of spans) span.end();
      return answered;
    },
    (fault: unknown) => {
      for (const span of spans) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(fault) });
        span.end();
      }
      throw fault;
    },
  );
}
