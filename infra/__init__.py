"""CDK stacks and constructs that provision TFDrift."""
