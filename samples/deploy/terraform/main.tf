# A job on Terraform: what the construct LongRunningFunction of lambda-baton/cdk makes, written out. A test holds the two together.
#
#   npx esbuild src/job.ts --bundle --platform=node --target=node24 --main-fields=es2015,module,main --keep-names '--external:@aws-sdk/*' --outfile=dist/index.js
#   terraform init && terraform apply

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws     = { source = "hashicorp/aws", version = ">= 6.14" }
    archive = { source = "hashicorp/archive", version = ">= 2.4" }
  }
}

variable "name" {
  description = "Name of the function; what belongs to it is named after it."
  type        = string
  default     = "lambda-baton-job"
}

variable "job" {
  description = "Name of the job: that of its class, unless @LongRunning says otherwise."
  type        = string
  default     = "ExampleJob"
}

variable "timeout_seconds" {
  description = "When an invocation is killed. Above safeMs of the job."
  type        = number
  default     = 900
}

data "aws_caller_identity" "current" {}

# aws in most Regions, aws-cn and aws-us-gov in others.
data "aws_partition" "current" {}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/dist"
  output_path = "${path.module}/.terraform/job.zip"
}

resource "aws_lambda_function" "job" {
  function_name    = var.name
  role             = aws_iam_role.job.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  handler          = "index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  timeout          = var.timeout_seconds
  memory_size      = 512
  # A version for each deployment, which executions are pinned to; earlier ones are kept.
  publish = true

  environment {
    variables = {
      BATON_QUEUE_URL          = aws_sqs_queue.continuations.url
      BATON_SCHEDULER_GROUP    = aws_scheduler_schedule_group.executions.name
      BATON_SCHEDULER_ROLE_ARN = aws_iam_role.scheduler.arn
      BATON_TABLE              = aws_dynamodb_table.executions.name
      # BATON_SIGNING_KEY = data.aws_secretsmanager_secret_version.key.secret_string
    }
  }
}

# Without this AWS stops every execution after about 16 invocations. What stops a job instead are its own limits.
resource "aws_lambda_function_recursion_config" "job" {
  function_name  = aws_lambda_function.job.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.job.function_name
  function_version = aws_lambda_function.job.version
  depends_on       = [aws_iam_role_policy.execution, aws_iam_role_policy.wake, aws_lambda_function_recursion_config.job]
}

resource "aws_iam_role" "job" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.job.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# It names the function and belongs to the role, which the function needs: not a cycle, because the function does not wait for it.
resource "aws_iam_role_policy" "execution" {
  name = "lambda-baton-execution"
  role = aws_iam_role.job.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # The unqualified ARN says nothing about versions, and the other way round.
      { Effect = "Allow", Action = "lambda:InvokeFunction", Resource = [aws_lambda_function.job.arn, "${aws_lambda_function.job.arn}:*"] },
      { Effect = "Allow", Action = "lambda:GetFunctionRecursionConfig", Resource = aws_lambda_function.job.arn },
      { Effect = "Allow", Action = "sqs:SendMessage", Resource = [aws_sqs_queue.continuations.arn, aws_sqs_queue.failures.arn] },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:Query"]
        Resource = [aws_dynamodb_table.executions.arn, "${aws_dynamodb_table.executions.arn}/index/byJob", "${aws_dynamodb_table.executions.arn}/index/byStatus"]
      },
      { Effect = "Allow", Action = "scheduler:CreateSchedule", Resource = "${replace(aws_scheduler_schedule_group.executions.arn, ":schedule-group/", ":schedule/")}/*" },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = aws_iam_role.scheduler.arn
        Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
      },
    ]
  })
}

# What waits of more than 15 minutes go by: one-time schedules, each deleted once it has fired.
resource "aws_scheduler_schedule_group" "executions" {
  name = var.name
}

resource "aws_iam_role" "scheduler" {
  name = "${var.name}-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      # Nobody else's schedule can make the service use it.
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "wake" {
  name = "lambda-baton-wake"
  role = aws_iam_role.scheduler.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = [aws_lambda_function.job.arn, "${aws_lambda_function.job.arn}:*"] }]
  })
}

# The function waits for its role, and the event source mapping for this: it must be there before the first message is read.
resource "aws_iam_role_policy" "receive" {
  name = "lambda-baton-receive"
  role = aws_iam_role.job.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
      Resource = aws_sqs_queue.continuations.arn
    }]
  })
}

resource "aws_sqs_queue" "continuations" {
  name                       = "${var.name}-continuations"
  visibility_timeout_seconds = 6 * var.timeout_seconds
  message_retention_seconds  = 1209600
  # A continuation of any size that Lambda takes fits the queue as well. The provider's own default is a quarter of it.
  max_message_size = 1048576
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_continuations.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_continuations" {
  name                      = "${var.name}-dead-continuations"
  message_retention_seconds = 1209600
  max_message_size          = 1048576
}

resource "aws_sqs_queue" "failures" {
  name                      = "${var.name}-failures"
  message_retention_seconds = 1209600
  max_message_size          = 1048576
}

# Nobody reaches the queues without TLS.
resource "aws_sqs_queue_policy" "tls" {
  for_each = {
    continuations      = aws_sqs_queue.continuations
    dead_continuations = aws_sqs_queue.dead_continuations
    failures           = aws_sqs_queue.failures
  }
  queue_url = each.value.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_lambda_event_source_mapping" "continuations" {
  event_source_arn        = aws_sqs_queue.continuations.arn
  function_name           = aws_lambda_alias.live.arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
  depends_on              = [aws_iam_role_policy.receive]
}

# Starts go to the alias, or to no version at all; pinned continuations to the version that an execution began with.
resource "aws_lambda_function_event_invoke_config" "retry" {
  for_each = {
    latest  = "$LATEST"
    alias   = aws_lambda_alias.live.name
    version = aws_lambda_function.job.version
  }
  function_name          = aws_lambda_function.job.function_name
  qualifier              = each.value
  maximum_retry_attempts = 2
  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
  depends_on = [aws_iam_role_policy.execution]
}

resource "aws_dynamodb_table" "executions" {
  name         = "${var.name}-executions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  attribute {
    name = "job"
    type = "S"
  }
  attribute {
    name = "startedAtMs"
    type = "N"
  }
  attribute {
    name = "status"
    type = "S"
  }

  global_secondary_index {
    name            = "byJob"
    hash_key        = "job"
    range_key       = "startedAtMs"
    projection_type = "KEYS_ONLY"
  }

  # What runs is in one place of it, apart from what has ended.
  global_secondary_index {
    name               = "byStatus"
    hash_key           = "status"
    range_key          = "startedAtMs"
    projection_type    = "INCLUDE"
    non_key_attributes = ["job"]
  }

  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Sends on, every 15 minutes, what will not be retried.
data "archive_file" "sweeper" {
  type        = "zip"
  source_dir  = "${path.module}/node_modules/lambda-baton/dist/sweeper"
  output_path = "${path.module}/.terraform/sweeper.zip"
}

resource "aws_lambda_function" "sweeper" {
  function_name    = "${var.name}-sweeper"
  role             = aws_iam_role.sweeper.arn
  filename         = data.archive_file.sweeper.output_path
  source_code_hash = data.archive_file.sweeper.output_base64sha256
  handler          = "index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  timeout          = 300
  memory_size      = 256
  depends_on       = [aws_cloudwatch_log_group.sweeper]

  environment {
    variables = {
      BATON_TABLE          = aws_dynamodb_table.executions.name
      BATON_SWEEP_FUNCTION = aws_lambda_alias.live.arn
      BATON_SWEEP_JOB      = var.job
      # As long as the queue hides a message: by then it would have come back.
      BATON_SWEEP_GRACE_MS = 6000 * var.timeout_seconds
      # BATON_SIGNING_KEY = data.aws_secretsmanager_secret_version.key.secret_string
    }
  }
}

resource "aws_cloudwatch_log_group" "sweeper" {
  name              = "/aws/lambda/${var.name}-sweeper"
  retention_in_days = 30
}

# A sweep that failed is not tried again: the next one comes.
resource "aws_lambda_function_event_invoke_config" "sweeper" {
  function_name          = aws_lambda_function.sweeper.function_name
  maximum_retry_attempts = 0
}

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${var.name}-sweep"
  schedule_expression = "rate(15 minutes)"
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule = aws_cloudwatch_event_rule.sweep.name
  arn  = aws_lambda_function.sweeper.arn
}

resource "aws_lambda_permission" "sweep" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sweeper.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.sweep.arn
}

resource "aws_iam_role" "sweeper" {
  name               = "${var.name}-sweeper"
  assume_role_policy = aws_iam_role.job.assume_role_policy
}

resource "aws_iam_role_policy_attachment" "sweeper_logs" {
  role       = aws_iam_role.sweeper.name
  policy_arn = aws_iam_role_policy_attachment.logs.policy_arn
}

resource "aws_iam_role_policy" "sweep" {
  name = "lambda-baton-sweep"
  role = aws_iam_role.sweeper.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "lambda:InvokeFunction", Resource = aws_lambda_alias.live.arn },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:Query"]
        Resource = [aws_dynamodb_table.executions.arn, "${aws_dynamodb_table.executions.arn}/index/byJob", "${aws_dynamodb_table.executions.arn}/index/byStatus"]
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "sweep" {
  alarm_name          = "${var.name}-sweep-failed"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.sweeper.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

# What no log shows, because nothing ran.
locals {
  function_alarms = {
    RecursiveInvocationsDropped = { statistic = "Sum", threshold = 1 }
    AsyncEventsDropped          = { statistic = "Sum", threshold = 1 }
    DestinationDeliveryFailures = { statistic = "Sum", threshold = 1 }
    AsyncEventAge               = { statistic = "Maximum", threshold = 1000 * var.timeout_seconds }
  }
  dead_letters = {
    dead_continuations = aws_sqs_queue.dead_continuations.name
    failures           = aws_sqs_queue.failures.name
  }
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each            = local.function_alarms
  alarm_name          = "${var.name}-${each.key}"
  namespace           = "AWS/Lambda"
  metric_name         = each.key
  dimensions          = { FunctionName = aws_lambda_function.job.function_name }
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each            = local.dead_letters
  alarm_name          = "${each.value}-not-empty"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

output "function" {
  description = "What to invoke."
  value       = aws_lambda_alias.live.arn
}
