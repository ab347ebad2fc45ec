import { gql } from 'graphql-tag';

export const orders = gql`
  query Orders {
    orders {
      id
      customer {
        name
      }
    }
  }
`;

export const creditLimits = gql`
  query CreditLimits {
    orders {
      customer {
        name
        creditLimitCents
      }
    }
  }
`;

export const myOrders = gql`
  query MyOrders {
    myOrders {
      id
      status
    }
  }
`;

export const shipOrder = gql`
  mutation ShipOrder {
    shipOrder(id: "order-3") {
      id
      status
    }
  }
`;

export const orderShipped = gql`
  subscription OrderShipped {
    orderShipped {
      id
      status
      customer {
        name
      }
    }
  }
`;
