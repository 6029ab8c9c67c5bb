"""boto3 lives here: DynamoDB, Streams, S3, SQS, SNS behind the ports of the service layer."""
