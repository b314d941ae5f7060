"""Stand-ins for Stripe, Twilio and a mail server: real HTTP and SMTP on loopback, test keys only."""
