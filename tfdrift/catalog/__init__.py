"""The event catalog: which CloudTrail events change which attributes of which Terraform types."""
