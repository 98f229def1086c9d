using Abuse.Commands;

return await AbuseCommands.RunAsync(args);
