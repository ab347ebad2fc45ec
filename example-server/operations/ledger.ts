import { gql } from 'graphql-tag';

export const ledger = gql`
  query Ledger {
    ledger {
      id
      cents
      ... on Payslip {
        employee
      }
    }
  }
`;

export const payroll = gql`
  query Payroll {
    payroll {
      employee
      cents
    }
  }
`;

export const bankAccount = gql`
  query BankAccount {
    bankAccount
  }
`;
