export { checkParameters, HandlerScope, type HandlerScopeOptions, type InvocationScope } from './handler-scope';
export { inject } from './inject';
export type { Provider } from './provider';
export { Defaults, type DefaultsSettings, resolveCollaborators } from './resolve-collaborators';
export * as tokens from './tokens';
