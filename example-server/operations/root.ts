import { gql } from 'graphql-tag';

export const motd = gql`
  query Motd {
    motd
  }
`;
