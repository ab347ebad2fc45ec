import { gql } from 'graphql-tag';

export const me = gql`
  query Me {
    motd
    me {
      username
      email
      groups
    }
  }
`;
