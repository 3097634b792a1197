import type { ContainerModuleLoadOptions } from "inversify";

/** A name in the container that knows the type of what stands behind it. */
export type Token<T> = symbol & { readonly typed?: (value: T) => T };

export function token<T>(name: string): Token<T> {
  return Symbol(name);
}

/** The tokens of a list of values, one each. */
type TokensOf<Values extends readonly unknown[]> = { readonly [Index in keyof Values]: Token<Values[Index]> };

/**
 * Says how to make what stands behind `token`, once, out of what stands behind `needs`. A wrong wiring does not compile: the factory's
 * parameters are the needs, in their order. `close` undoes what the factory opened.
 */
export function provide<T, Needs extends readonly unknown[]>(
  { bind }: ContainerModuleLoadOptions,
  token: Token<T>,
  needs: TokensOf<Needs>,
  make: (...needed: Needs) => T | Promise<T>,
  close?: (made: T) => void | Promise<void>,
): void {
  // The container hands over a list of anything; that it is `Needs` is what the parameters above have checked.
  const made = (...needed: unknown[]) => make(...(needed as unknown as Needs));
  const bound = bind<T>(token)
    .toResolvedValue(made, [...needs])
    .inSingletonScope();
  if (close) bound.onDeactivation(close);
}
