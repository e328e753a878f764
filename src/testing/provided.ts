import { type HandlerScopeOptions, resolvesKey, tokens } from '../di';
import type { Provider } from '../di/container';
import { TestKitError } from './test-kit-error';

/** What of the runtime's collaborators a test provides itself: it is used, and watched. */
export class Provided {
  /** Everything else, for the handler. */
  readonly others: readonly Provider[];
  readonly #aliases = new Map<symbol, symbol>();
  readonly #container: HandlerScopeOptions['container'];

  /** @throws TestKitError when the clock or the timer is provided: they are what time is made of. */
  constructor({ providers = [], container }: HandlerScopeOptions) {
    this.#container = container;
    this.others = providers.map((provider) => this.#alias(provider));
  }

  has(token: symbol): boolean {
    return this.#aliases.has(token) || this.#container?.isRegistered(token, true) === true;
  }

  /** A provider of a token that hands on what `create` makes of the one that was provided, or of nothing. */
  provide<Value>(token: symbol, create: (provided: Value | undefined) => Value | undefined): Provider {
    const alias = this.#aliases.get(token);
    const useFactory = (scope: NonNullable<HandlerScopeOptions['container']>) => {
      if (alias !== undefined) return create(scope.resolve<Value>(alias));
      return create(this.has(token) ? this.#container?.resolve<Value>(token) : undefined);
    };
    return {
      token,
      useFactory: Object.assign(useFactory, { [resolvesKey]: alias === undefined ? [] : [alias] }),
    };
  }

  #alias(provider: Provider): Provider {
    const { token } = provider;
    if (token === tokens.CLOCK || token === tokens.TIMER) throw ownTimeError(String(token));
    if (!watched.has(token)) return provider;
    const alias = Symbol(`provided ${String(token)}`);
    this.#aliases.set(token as symbol, alias);
    return { ...provider, token: alias };
  }
}

const watched: ReadonlySet<unknown> = new Set([
  tokens.LOGGER,
  tokens.OBSERVERS,
  tokens.CONTINUATION_SENDERS,
  tokens.CHECKPOINT_STORE,
  tokens.RANDOM,
]);

function ownTimeError(token: string): TestKitError {
  return new TestKitError({
    problem: `JobTestEnvironment was given a provider for ${token}, but time is the environment's own.`,
    fix: 'Leave CLOCK and TIMER out, and use env.clock and env.timer.',
  });
}
