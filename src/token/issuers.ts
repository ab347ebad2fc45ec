/** The issuers of Amazon Cognito. This file alone knows the hosts of AWS. */

/** One value of `iss`, and the address of its keys. */
export interface IssuerAddress {
  readonly issuer: string;
  readonly jwksUri: string;
  /** The AWS Region that issues these tokens. */
  readonly region: string | undefined;
}

// The form of the regions of each partition, as the AWS SDKs tell them apart, and its DNS suffix. The isolated partitions
// (us-iso-, us-isob-, eu-isoe-, us-isof-) are left out, because their hosts of Cognito are not published.
type Partition = readonly [region: RegExp, suffix: string];

const PARTITIONS: readonly Partition[] = [
  [/^(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d{1,2}$/, 'amazonaws.com'],
  [/^us-gov-[a-z]+-\d{1,2}$/, 'amazonaws.com'],
  [/^cn-[a-z]+-\d{1,2}$/, 'amazonaws.com.cn'],
  [/^eusc-[a-z]{2}-[a-z]+-\d{1,2}$/, 'amazonaws.eu'],
];

const POOL_ID = /^([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})_[A-Za-z0-9]{1,55}$/;

/** The region in the id of a user pool; undefined for any other text. */
export function regionOf(userPoolId: string): string | undefined {
  return POOL_ID.exec(userPoolId)?.[1];
}

/** The partition of a region: one object for each. Undefined for what is no region of a known one. */
export function partitionOf(region: string | undefined): Partition | undefined {
  return PARTITIONS.find(([form]) => region !== undefined && form.test(region));
}

/**
 * The issuers of a user pool on AWS; undefined when its region is in no known partition.
 *
 * A pool has one of two issuers ("original" and "updated", IssuerConfigurationType in the Cognito API reference), and can
 * be switched from one to the other while tokens of both are valid (docs/decisions: two issuers). The original one is first.
 *
 * @param region Another one than that of the id, for a replica.
 */
export function awsIssuers(
  userPoolId: string,
  region = regionOf(userPoolId),
): readonly [IssuerAddress, IssuerAddress] | undefined {
  const suffix = partitionOf(region)?.[1];
  if (region === undefined || suffix === undefined) return undefined;
  return [
    issuerAt(`https://cognito-idp.${region}.${suffix}/${userPoolId}`, region),
    issuerAt(`https://issuer-cognito-idp.${region}.${suffix}/${userPoolId}`, region),
  ];
}

// A form of regions sets no length. With the longest region and id of today an issuer has about 130 characters.
const LONGEST_ISSUER = 200;
const ISSUER_REGION = /^https:\/\/(?:issuer-)?cognito-idp\.([a-z\d-]+)\./;

/**
 * The user pool that has this issuer on AWS, or could have it in another region of its partition, for a replica; undefined
 * for any other text.
 */
export function userPoolOf(issuer: string): string | undefined {
  if (issuer.length > LONGEST_ISSUER) return undefined;
  const id = issuer.slice(issuer.lastIndexOf('/') + 1);
  const region = ISSUER_REGION.exec(issuer)?.[1];
  if (partitionOf(region) !== partitionOf(regionOf(id))) return undefined;
  return awsIssuers(id, region)?.some((address) => address.issuer === issuer) === true ? id : undefined;
}

/** An issuer that publishes its keys where Cognito does (AWS: "Verifying JSON web tokens"). */
export function issuerAt(issuer: string, region?: string): IssuerAddress {
  return { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, region };
}

// Also the host of a VPC endpoint.
const COGNITO_SERVICE = /(?:^|\.)(?:issuer-)?cognito-idp(?:-fips)?\./;
// Further hosts of AWS: the dual-stack ones, and those of the isolated partitions.
const OTHER_SUFFIXES = ['api.aws', 'c2s.ic.gov', 'sc2s.sgov.gov', 'csp.hci.ic.gov', 'cloud.adc-e.uk'];

/** Whether the host, in any spelling that `URL` accepts, is Cognito on AWS. */
export function isCognitoHost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const suffixes = [...PARTITIONS.map(([, suffix]) => suffix), ...OTHER_SUFFIXES];
  return COGNITO_SERVICE.test(name) && suffixes.some((suffix) => name.endsWith(`.${suffix}`));
}
