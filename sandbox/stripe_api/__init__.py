"""The subset of Stripe's API that Kindbill uses, one module for each resource."""
