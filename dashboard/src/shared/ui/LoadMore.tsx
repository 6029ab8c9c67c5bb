/** Loads the next part of a listing, while there is one. */
import Button from "@cloudscape-design/components/button";
import "./load-more.css";

interface LoadMoreProps {
  readonly listing: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  readonly label: string;
}

export function LoadMore({ listing, label }: LoadMoreProps) {
  if (!listing.hasNextPage) return null;
  return (
    <p className="tf-load-more">
      <Button loading={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>
        {label}
      </Button>
    </p>
  );
}
