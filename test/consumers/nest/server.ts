/** Nest applications on a free port, and callers of the pool that the recipes name. */
import { NestFactory } from '@nestjs/core';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import type { INestApplication, Type } from '@nestjs/common';

export const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });

const { fetch } = globalThis;
// The recipes fetch the keys of a pool at Amazon; here they come from the test pool.
globalThis.fetch = async (resource, init) =>
  String(resource).includes('amazonaws.com') ? Response.json(pool.jwks) : fetch(resource, init);

/** @returns the application and its GraphQL endpoint. */
export async function start(module: Type): Promise<{ app: INestApplication; url: string }> {
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  return { app, url: `${await app.getUrl()}/graphql` };
}

export const tokenOf = (groups: readonly string[]) => pool.accessToken({ 'cognito:groups': groups });

/** What a caller in these groups is answered: `undefined` is a caller without a token. */
export async function ask(url: string, groups: readonly string[] | undefined, query: string, variables = {}) {
  return askWith(url, groups && tokenOf(groups), query, variables);
}

export async function askWith(url: string, token: string | undefined, query: string, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data?: unknown;
    errors?: { path?: string[]; extensions: { code: string; reason?: string } }[];
  };
  const denied = errors.map(({ path, extensions }) => `${path?.join('.')}: ${extensions.reason ?? extensions.code}`);
  return { status: response.status, data, denied: denied.sort() };
}
