import type {
  ClassProvider,
  FactoryProvider,
  InjectionToken,
  RegistrationOptions,
  TokenProvider,
  ValueProvider,
} from 'tsyringe';

/** A collaborator or dependency for one handler: a token, and a value, class, factory or other token, as tsyringe takes them. */
export type Provider<Value = unknown> = {
  readonly token: InjectionToken<Value>;
  readonly options?: RegistrationOptions;
} & (ClassProvider<Value> | FactoryProvider<Value> | TokenProvider<Value> | ValueProvider<Value>);
