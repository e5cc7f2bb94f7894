# What the MCP server's TAP tests share: running the program and speaking its
# protocol over pipes.
#
#     use McpTest;
#     my $mcp = start_mcp(conversation($c), '--max-rows', 10);
#     my $answer = $mcp->initialize('2025-11-25');
#     my $result = $mcp->tool('query', { sql => 'SELECT 1' });
#     is($mcp->finish, 0, 'it ends when the client does');

package McpTest;

use strict;
use warnings;
use Exporter 'import';
use Fcntl;
use IO::Select ();
use IPC::Open3 ();
use JSON::PP ();
use Symbol ();
use Time::HiRes qw(time);
use File::Temp ();

our @EXPORT = qw(mcp_program conversation pool start_mcp json modern);

my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum->utf8;
my $root = $0 =~ m{^(.*)/test/tap/[^/]*$} ? $1 : '.';
my $directory = File::Temp->newdir('mcp-test.XXXXXX', TMPDIR => 1);
my $files = 0;
my @running;

sub mcp_program { return "$root/src/bin/mcp/agentsandbox-mcp" }
sub json { return $json->encode($_[0]) }

# The environment of a conversation that logs in, and of one entered by a pool role
sub conversation
{
	my ($c) = @_;
	return { PGUSER => $c->{role}, PGPASSWORD => $c->{password} };
}

sub pool
{
	my ($role, $c) = @_;
	return { PGUSER => $role->{role}, PGPASSWORD => $role->{password}, AGENTSANDBOX_TOKEN => $c->{token} };
}

sub start_mcp
{
	my ($environment, @arguments) = @_;
	my $self = bless { ids => 0, buffer => '', notifications => [], log => "$directory/log" . $files++ }, 'McpTest::Process';
	local @ENV{ keys %$environment } = values %$environment;
	open my $err, '>', $self->{log} or die "$self->{log}: $!";
	$self->{pid} = IPC::Open3::open3(
		$self->{in} = Symbol::gensym(), $self->{out} = Symbol::gensym(), '>&' . fileno($err),
		mcp_program(), '--log-level', 'info', @arguments);
	close $err;
	binmode $self->{$_} for qw(in out);
	push @running, $self;
	return $self;
}

package McpTest::Process;

use IO::Select ();
use Time::HiRes qw(time usleep);

sub log
{
	my ($self) = @_;
	open my $in, '<', $self->{log} or return '';
	local $/;
	return scalar(<$in>) // '';
}

# Waits for a line in the log; returns whether it came.
sub wait_for_log
{
	my ($self, $pattern, $timeout) = @_;
	my $deadline = time + ($timeout // 15);
	until ($self->log =~ $pattern)
	{
		return 0 if time > $deadline;
		usleep 20_000;
	}
	return 1;
}

# Sends bytes as they are.
sub raw
{
	my ($self, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $sent = 0;
	while ($sent < length $bytes)
	{
		my $written = syswrite $self->{in}, $bytes, length($bytes) - $sent, $sent;
		return 0 unless defined $written;
		$sent += $written;
	}
	return 1;
}

sub send { my ($self, $message) = @_; return $self->raw(McpTest::json($message) . "\n") }

# The next message; undef at the end of the output.  Dies after a while.
sub receive
{
	my ($self, $timeout) = @_;
	my $deadline = time + ($timeout // 30);
	my $end;
	while (($end = index $self->{buffer}, "\n") < 0)
	{
		my $left = $deadline - time;
		die "no message came; the log says:\n" . $self->log if $left <= 0;
		next unless IO::Select->new($self->{out})->can_read($left);
		my $read = sysread $self->{out}, $self->{buffer}, 65536, length $self->{buffer};
		return undef unless $read;
	}
	return $json->decode(substr $self->{buffer}, 0, $end + 1, '');
}

# A request without waiting for the answer: its id
sub post
{
	my ($self, $method, $params, $id) = @_;
	$id //= ++$self->{ids};
	$self->send({ jsonrpc => '2.0', id => $id, method => $method, $params ? (params => $params) : () });
	return $id;
}

sub notify
{
	my ($self, $method, $params) = @_;
	$self->send({ jsonrpc => '2.0', method => $method, params => $params // {} });
}

# The answer to that request; notifications before it are kept aside.
sub answer
{
	my ($self, $id) = @_;
	while (my $message = $self->receive)
	{
		return $message if !exists $message->{method} && ($message->{id} // 'null') eq $id;
		push @{ $self->{notifications} }, $message;
	}
	die "the program ended; its log says:\n" . $self->log;
}

sub request { my ($self, @what) = @_; return $self->answer($self->post(@what)) }

# The answer to a line that has no usable id
sub complaint { my ($self, $line) = @_; $self->raw("$line\n"); return $self->answer('null') }

sub initialize
{
	my ($self, $revision) = @_;
	my $answer = $self->request('initialize',
		{ protocolVersion => $revision, capabilities => {}, clientInfo => { name => 'test', version => '1' } });
	$self->notify('notifications/initialized');
	return $answer;
}

# tools/call: the result
sub tool
{
	my ($self, $name, $arguments, $meta) = @_;
	my $answer = $self->request('tools/call', { name => $name, arguments => $arguments // {}, $meta ? (_meta => $meta) : () });
	die McpTest::json($answer) unless $answer->{result};
	return $answer->{result};
}

# Waits for the end: the exit status, or "signal N".
sub wait_for_end
{
	my ($self, $timeout) = @_;
	my $deadline = time + ($timeout // 15);
	my $pid = delete $self->{pid} or return;
	while (waitpid($pid, 1) == 0)
	{
		return do { kill 'KILL', $pid; waitpid $pid, 0; 'no end' } if time > $deadline;
		usleep 10_000;
	}
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

# The client closes its side.
sub finish { my ($self) = @_; close $self->{in}; return $self->wait_for_end }

END
{
	my $status = $?;
	for my $process (@running)
	{
		next unless $process->{pid};
		kill 'KILL', $process->{pid};
		waitpid $process->{pid}, 0;
	}
	$? = $status;
}

package McpTest;

# A _meta of the revision without handshake
sub modern
{
	my (%more) = @_;
	return {
		'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
		'io.modelcontextprotocol/clientCapabilities' => {},
		%more };
}

1;
