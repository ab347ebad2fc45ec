/** The public surface of `apollo-cognito-auth/graphql-ws`: WebSocket connections of graphql-ws. */
export type {
  CognitoAuthWebSocket,
  CognitoAuthWebSocketOptions,
  WebSocketConnection,
  WebSocketOperationExtension,
} from './options.js';
export { cognitoAuthWebSocket } from './websocket.js';
