/** The hooks as a library: everything that an app may use. */
export { useAcknowledge, useDrift, useDrifts, useUnacknowledge } from "./drifts";
export type { AcknowledgeInput, UnacknowledgeInput } from "./drifts";
export type { DriftFilters } from "./drift-filters";
export { useEvents } from "./events";
export type { FeedFilters } from "./events";
export { DecodeError } from "./fields";
export { useGraph } from "./graph";
export type { GraphQuestion } from "./graph";
export type { OneOrMany } from "./list-filters";
export type {
  ApiError,
  ListingData,
  ListingOptions,
  UseAnswerResult,
  UseListingResult,
} from "./query-options";
export { NetworkError, RestError, SignInExpiredError } from "./rest";
export type * from "./rest-types";
export { TFDriftProvider, useApiSettings } from "./settings";
export type { ApiSettings, TFDriftProviderProps } from "./settings";
export * from "./sse";
export { useStats } from "./stats";
export { useTerraformResource, useTerraformResources, useTerraformState } from "./terraform-state";
export type { ResourceFilters, StateChoice } from "./terraform-state";
export { useTimeline } from "./timeline";
export type { TimelineFilters } from "./timeline";
export * from "./websocket";
