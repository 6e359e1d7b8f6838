/* The public entry `switchyard/connector`. */
export {
  type Connector,
  type ConnectorContext,
  type ConnectorDefinition,
  type Content,
  type Offer,
  type Prompt,
  type Resource,
  type ResourceContent,
  type Tool,
  type ToolAnnotations,
  type ToolAnswer,
  type ToolCall,
  type ToolDefinition,
  ToolFailure,
  defineConnector,
  tool,
} from "./connector.ts";
export { type OpenConnector, openConnector } from "./open-connector.ts";
export { serveConnector } from "./serve-connector.ts";
