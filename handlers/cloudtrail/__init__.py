"""CloudTrail's records, from EventBridge and from log files, by way of SQS."""
