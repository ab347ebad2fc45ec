/** A token with a bad signature, to test the library with. The private half of its key no longer exists. */
import type { VerificationKey } from './keys/key-set.js';

export const KEY: VerificationKey = Object.freeze({
  kty: 'RSA',
  kid: 'self-test',
  use: 'sig',
  alg: 'RS256',
  e: 'AQAB',
  n:
    'z6_mra8yM8kadA7Qwgd0SipPWj-tFJIUaQ5xFqHropQRku9ywF5pu7K_jnL_lf3_YAC1nTfMJUoG06B1-_5Rz99HaZjcHOmhZZvb' +
    'NAF8LsIgFZEPq4fiVw69d1LOvmGldkFTOzXDQvX9ySSIT2k-GSc5Zo_eNhHoWqDTZbzJh5y9P5hIhqo99fCVZrKFRHFkpJpuCMgu' +
    '91tgZwm1zhVwoYqM0N2XvT6dJiVpKitMRUSXNhPRM0xX9QhYHt3zu57KfMujn4ZgBiyddM43RIqJ6OEGyZDhZTgjLtaivumLX-Tx' +
    'PchkufB2uGBgls3YePpd8quC84qBk7WieTdN9wC2Nw',
});

/** The signature is a real one of the key, over `self-test.signed`: as close to a good one as a bad one can be. */
export const forgedToken = (iss: string) => ({
  kid: KEY.kid,
  claims: { iss, sub: 'self-test', exp: 1, iat: 0, token_use: 'access', client_id: 'self-test' } as const,
  headerB64: 'self-test',
  payloadB64: 'forged',
  signatureB64:
    'R2ZncjgPBWcZgWMQt1ZefCQtxO-4vV1gL2F3MqitYkclP_dQ_8IN2UXfTHunupJuDKu-VWnIuMND4YN44U1Rqub62kdbkjbd2bq-' +
    'BpWresjF3Sq5QQW5mtnfmNMSzXW4efK62PqEVALQxsTerwvRliJIHchyLIyhcjbtZlxftDTTw_ScKamziGbs_LbqxtCATbZBQyXX' +
    'bz4l6mvuz4lxFzRV8Q6zlaTwW9zX3a1vEbQbEDnsSWzUo4veRZewP8-kP_ocbzMPniYdOSgaJ2pfFFTSintb9V76TSQoo9C3PH8h' +
    '3Mmk-XKyOLaxm0kQcJ3tgbh68HOmWlzwJiDxpzvHqQ',
});
